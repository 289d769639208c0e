"""A plan while it is made: its lines on disk, so that memory stays bounded."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from hashlib import blake2b
from types import TracebackType
from typing import Any, Self

from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.rules.reasons import Reason

from kiwi_extract.plan.line import AddressUser, PlanLine, Planned, Standing
from kiwi_extract.plan.outlook import Outlook

_CACHE_KIB = 16_384
_SCHEMA = """
CREATE TABLE line (
    key TEXT NOT NULL, held INTEGER NOT NULL, mandant TEXT NOT NULL, kind TEXT NOT NULL, word TEXT NOT NULL,
    action TEXT NOT NULL, reason TEXT, undecided INTEGER NOT NULL, kept_out TEXT, line TEXT NOT NULL,
    PRIMARY KEY (key, held)) WITHOUT ROWID;
CREATE TABLE want (claim TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE leave (claim TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL);
CREATE TABLE parent (
    key TEXT PRIMARY KEY, mandant TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, lost TEXT NOT NULL
    ) WITHOUT ROWID;
CREATE TABLE member (
    key TEXT PRIMARY KEY, claim TEXT, most INTEGER NOT NULL, joins INTEGER NOT NULL,
    kept_out INTEGER NOT NULL, in_kiwi INTEGER NOT NULL, blocked INTEGER NOT NULL, claims TEXT NOT NULL,
    held TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE part (claim TEXT NOT NULL, key TEXT NOT NULL);
CREATE TABLE crowd (claim TEXT PRIMARY KEY, stays INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX member_by_claim ON member (claim);
CREATE INDEX part_by_claim ON part (claim);
CREATE INDEX want_by_claim ON want (kind, claim);
CREATE INDEX want_by_key ON want (key);
CREATE INDEX leave_by_key ON leave (key);
"""
_ORDER = (
    "CASE kind WHEN 'verwaltungseinheit' THEN 1 WHEN 'mieter' THEN 2 WHEN 'mietvertrag' THEN 3 ELSE 4 END"
)
_LOST = ("reason", "fields", "notice", "new_hash", "values")
"""The parts that a line loses when another has its claim; it gets another reason."""
_OF_VALUES = ("values", "old_hash", "new_hash")
"""The parts of a line that follow from values."""


class PlanFile:
    """A temporary database. Use as a context manager: nothing of it stays."""

    def __init__(self, *, values: bool = False) -> None:
        self._values = values

    def __enter__(self) -> Self:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def note(self, line: PlanLine) -> None:
        """Put a line in. A key may have one that says that its record is held, and another."""
        key, held = line.key, line.action is Planned.HOLD
        text = json.dumps(line.shown(values=self._values), ensure_ascii=False)
        place = key.text, held, key.mandant, key.kind, line.kind
        row = (*place, line.action, line.reason, 0, line.kept_out, text)
        self._db.execute("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        wants = [(claim, key.text, key.kind, str(reason)) for claim, reason in line.wants.items()]
        self._db.executemany("INSERT INTO want VALUES (?, ?, ?, ?)", wants)
        leaves = [(claim, key.text, key.kind) for claim in line.leaves]
        self._db.executemany("INSERT INTO leave VALUES (?, ?, ?)", leaves)

    def note_parent(self, outlook: Outlook) -> None:
        """Put the line of a unit or a tenant in, and how it stands."""
        self.note(outlook.line)
        key = outlook.line.key
        row = (key.text, key.mandant, outlook.before, outlook.after, outlook.lost)
        self._db.execute("INSERT INTO parent VALUES (?, ?, ?, ?, ?)", row)
        if outlook.member is not None:
            self._note_member(key.text, outlook.member)

    def _note_member(self, key: str, it: AddressUser) -> None:
        claims, held = json.dumps(sorted(it.claims)), json.dumps(sorted(it.held))
        row = (key, it.claim, it.limit, it.joins, it.kept_out, it.in_kiwi, it.blocked, claims, held)
        self._db.execute("INSERT INTO member VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        self._db.executemany("INSERT INTO part VALUES (?, ?)", [(claim, key) for claim in it.parts])

    def crowds(self) -> list[str]:
        """The claims of addresses that more or fewer want than before."""
        query = "SELECT claim FROM member WHERE joins = 1 UNION SELECT claim FROM part"
        return [claim for (claim,) in self._all(query)]

    def members(self, claim: str) -> dict[str, int]:
        """The rows with a line that want an address, each with its limit."""
        return dict(self._all("SELECT key, most FROM member WHERE claim = ?", claim))

    def parted(self, claim: str) -> set[str]:
        """The rows with a line that no longer want it."""
        return {key for (key,) in self._all("SELECT key FROM part WHERE claim = ?", claim)}

    def kept_out(self, decided: Collection[str]) -> list[str]:
        """The rows with a line that want a placeholder as before, apart from the addresses `decided`."""
        found = self._all("SELECT key, claim FROM member WHERE kept_out = 1 AND claim IS NOT NULL")
        known = set(decided)
        return [key for key, claim in found if claim not in known]

    def crowded(self, claim: str, *, stays: bool) -> None:
        """Note that an address is a placeholder after the export, or may be one in passing."""
        self._db.execute("INSERT INTO crowd VALUES (?, ?)", (claim, stays))

    def in_passing(self, claim: str) -> bool:
        """Whether an address may be a placeholder in passing only."""
        return bool(self._all("SELECT 1 FROM crowd WHERE claim = ? AND stays = 0", claim))

    def withhold(self, key: str) -> None:
        """The address that a tenant wants is a placeholder: it goes from KIWI, or does not come."""
        query = "SELECT in_kiwi, kept_out, claims FROM member WHERE key = ?"
        ((in_kiwi, kept_out, claims),) = self._all(query, key)
        action = Planned.DELETE if in_kiwi else Planned.NOTHING if kept_out else Planned.SKIP
        self._change(key, action, Reason.PLACEHOLDER_EMAIL)
        self._db.execute("DELETE FROM want WHERE key = ?", (key,))
        self._db.execute("DELETE FROM leave WHERE key = ?", (key,))
        leaves = [(claim, key, RowKind.MIETER) for claim in json.loads(claims)]
        self._db.executemany("INSERT INTO leave VALUES (?, ?, ?)", leaves)
        self._db.execute(
            "UPDATE parent SET after = ?, lost = ? WHERE key = ?", (Standing.OUT, Standing.OUT, key)
        )

    def _must_leave(self, key: str) -> bool:
        """Whether what a tenant has in KIWI is under an address that is blocked, or a placeholder."""
        found = self._all("SELECT blocked, held FROM member WHERE key = ? AND in_kiwi = 1", key)
        query = "SELECT 1 FROM crowd WHERE claim = ? AND stays = 1"
        return any(
            blocked or any(self._all(query, one) for one in json.loads(held)) for blocked, held in found
        )

    def _change(self, key: str, action: Planned, reason: str) -> None:
        ((text,),) = self._all("SELECT line FROM line WHERE key = ? AND held = 0", key)
        kept = {name: value for name, value in json.loads(text).items() if name not in _LOST}
        line = json.dumps(kept | {"action": action.value, "reason": str(reason)}, ensure_ascii=False)
        change = "UPDATE line SET action = ?, reason = ?, line = ? WHERE key = ? AND held = 0"
        self._db.execute(change, (action, str(reason), line, key))

    def knows(self, key: RowKey) -> bool:
        """Whether there is a line of this key, other than that its record is held."""
        return bool(self._all("SELECT 1 FROM line WHERE key = ? AND held = 0", key.text))

    def standing(self, parent: str) -> Standing | None:
        """How a unit or a tenant stands after the export; None if that changes nothing in it."""
        found = self._all("SELECT after FROM parent WHERE key = ?", parent)
        return Standing(found[0][0]) if found else None

    def moved(self, parents: Iterable[str]) -> bool:
        """Whether one of these units or tenants stands otherwise than before."""
        query = "SELECT 1 FROM parent WHERE key = ? AND before <> after"
        return any(self._all(query, parent) for parent in parents)

    def moved_mandanten(self) -> set[str]:
        """The Mandanten in which any unit or tenant stands otherwise than before."""
        return {
            mandant for (mandant,) in self._all("SELECT DISTINCT mandant FROM parent WHERE before <> after")
        }

    def left(self, kind: RowKind, after: int) -> tuple[list[str], int]:
        """Claims that lines of this kind let go of, noted later than `after`; and the next `after`."""
        rows = self._all("SELECT claim, rowid FROM leave WHERE kind = ? AND rowid > ?", kind, after)
        return list(dict.fromkeys(claim for claim, _ in rows)), max((row for _, row in rows), default=after)

    def wanted(self, kind: RowKind) -> Iterator[tuple[str, list[str]]]:
        """Each claim that is wanted, and the keys of those who want it."""
        query = "SELECT claim, json_group_array(key) FROM want WHERE kind = ? GROUP BY claim"
        with closing(self._db.execute(query, (kind,))) as cursor:
            for claim, keys in cursor:
                yield claim, sorted(json.loads(keys))

    def leaves(self, key: str) -> list[str]:
        """The claims that the line of a key lets go of."""
        return [claim for (claim,) in self._all("SELECT claim FROM leave WHERE key = ?", key)]

    def lose(self, key: str, claim: str, *, undecided: bool) -> None:
        """Another has the claim: what this key has in KIWI stays as it is, but under no placeholder.

        Nothing comes of it if that has kept it out before; unless it is `undecided` whether it still does.
        """
        ((reason,),) = self._all("SELECT reason FROM want WHERE key = ? AND claim = ?", key, claim)
        if self._must_leave(key):
            self._change(key, Planned.DELETE, Reason.PLACEHOLDER_EMAIL)
            self._db.execute("UPDATE parent SET after = ? WHERE key = ?", (Standing.OUT, key))
            return
        ((kept_out,),) = self._all("SELECT kept_out FROM line WHERE key = ? AND held = 0", key)
        as_before = kept_out == reason and not undecided
        self._change(key, Planned.NOTHING if as_before else Planned.SKIP, reason)
        self._db.execute("UPDATE parent SET after = lost WHERE key = ?", (key,))

    def doubt(self, keys: Iterable[str]) -> None:
        """Mark rows as undecided: the order in which they come decides."""
        self._db.executemany(
            "UPDATE line SET undecided = 1 WHERE key = ? AND held = 0", [(key,) for key in keys]
        )

    def counts(self) -> list[tuple[str, str, str, str | None, int]]:
        """(Mandant, kind, action, reason, how many), in order."""
        # Nothing but constants goes into it.
        query = f"SELECT mandant, word, action, reason, count(*) FROM line GROUP BY 1, kind, 3, 4 ORDER BY 1, {_ORDER}, 3, 4"  # noqa: S608, E501
        return [(str(a), str(b), str(c), d, int(n)) for a, b, c, d, n in self._all(query)]

    def is_undecided(self, *keys: str) -> bool:
        """Whether it is undecided if one of these comes first."""
        query = "SELECT 1 FROM line WHERE key = ? AND undecided = 1"
        return any(self._all(query, key) for key in keys)

    def undecided(self) -> int:
        """The number of undecided rows."""
        ((count,),) = self._all("SELECT count(*) FROM line WHERE undecided = 1")
        return int(count)

    def lines(self) -> Iterator[str]:
        """The lines as JSON texts: by Mandant, kind and key; without those of which nothing comes."""
        # Nothing but constants goes into it.
        query = f"SELECT line, undecided FROM line WHERE action <> ? ORDER BY mandant, {_ORDER}, key, held"  # noqa: S608
        with closing(self._db.execute(query, (Planned.NOTHING,))) as cursor:
            for text, undecided in cursor:
                yield f'{text[:-1]}, "undecided": true}}' if undecided else text

    def digest(self) -> str:
        """Hash of what the lines do, whatever stands in their fields."""
        digest = blake2b(digest_size=16)
        for text in self.lines():
            line = {name: value for name, value in json.loads(text).items() if name not in _OF_VALUES}
            digest.update(json.dumps(line, sort_keys=True).encode())
        return digest.hexdigest()

    def _all(self, query: str, *arguments: object) -> Sequence[tuple[Any, ...]]:
        with closing(self._db.execute(query, arguments)) as cursor:
            return cursor.fetchall()
