"""The required content of KIWI, from the exports and the settings alone.

Shares no code with the system it judges. `expected_content` processes the exports in the order of their
versions (`exported_at` in UTC, then `export_id`), whatever order they are given in; `differences` compares
the result with what the embedded KIWI holds.

Decisions where the format's description leaves room:

Documents
- A full export must have a list `mandanten` that is not empty; in a delta it is ignored. A missing list of
  records is an empty one, as the format says of every missing key.
- `geloescht` in a full export is ignored. An entry there that cannot be read is ignored as well, and a key
  that is named there twice is deleted.
- `anzahl` counts every entry of a list, those of other Mandanten and bad ones too; a kind it does not name is
  not checked; a count that is not an integer does not match.
- `now=None` does not look at the age of exports. If two exports have one version, the later in the list wins.

Records
- Nothing of a Mandant that is not selected is looked at, bad or not. An entry that is not an object has no
  readable Mandant.
- A key that comes twice is a duplicate also where one of the two is bad in itself.
- A control character is Unicode's category Cc, looked for after stripping; 64 characters are code points.
- A date has two digits for day and month. Dates before the year 2 are refused (no instant in UTC for them).
- In a lease's `mieter`, an entry that is null or empty rejects the lease.
- Coordinates are JSON numbers; a text is refused, `""` is nothing.

Fields
- A house number without a street counts for nothing, neither in the name nor in the address.
- `land` is taken as it stands; other than two ASCII letters, there is no address. Nor is there one with a
  street (with its number), city or state of over 255 characters.
- Coordinates are not compared: KIWI keeps those that came first with an address, whoever sent them.
- An e-mail field of nothing but separators is `no_email`. An address with over 64 characters before the @ is
  not valid; its domain is as the validator writes it, the rest in lower case.
- A firm's name is used when neither `vorname` nor `nachname` is there; no name at all is two empty texts.
- Blocked are the entries as given: normalized, in lower case. How many want an address is counted over all
  tenants that would otherwise be in KIWI, also those that share an external id.
- An agreement whose tenant *and* unit are missing is `tenant_not_synchronized`.

Contention
- A tenant that loses the contest for its new address may stay in KIWI with an old one, and its agreements
  with it; whoever wants that old address is contested in turn (see `oracle_contention`). It may not stay
  under an address that is a placeholder by now.
- An agreement that changes to a unit which is not in KIWI must not stay at its old one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle_compare import differences
from tests.oracle_derive import derive
from tests.oracle_model import Expected, Key, Person, Record, TenantContent, rows_of
from tests.oracle_reading import KEY_FIELDS, Export, read_export
from tests.oracle_rules import is_blocked, tenant_content

__all__ = ["Expected", "differences", "expected_content"]

State = dict[str, dict[Key, Record]]


def expected_content(
    exports: Sequence[Any],
    *,
    separator: str,
    mandanten: Sequence[str],
    time_zone: str = "Europe/Berlin",
    now: datetime | None = None,
    blocked: Collection[str] = (),
    email_limit: int = 3,
    formerly_blocked: Iterable[Collection[str]] = (),
) -> Expected:
    """KIWI's required content after these exports of one connection, in any order of arrival.

    `email_limit`: an address that more tenants want is a placeholder; 0: none. `formerly_blocked`: addresses
    blocked under earlier settings, so that tenants had other addresses then.
    """
    read = (read_export(document, mandanten, now) for document in exports)
    accepted = sorted((export for export in read if export is not None), key=lambda export: export.version)
    state: State = {kind: {} for kind in KEY_FIELDS}
    for export in accepted:
        state = {kind: _apply(rows, export, kind) for kind, rows in state.items()}
    former = _former(accepted, [blocked, *formerly_blocked])
    former = {
        key: [one for one in contents if not is_blocked(one["email_address"], blocked)]
        for key, contents in former.items()
    }
    return derive(state, former, separator, ZoneInfo(time_zone), blocked, email_limit)


def _apply(rows: dict[Key, Record], export: Export, kind: str) -> dict[Key, Record]:
    """The rows after an export: in a full one, missing rows are gone, unless a key in it was unreadable."""
    records = export.records[kind]
    complete_for = export.complete_for or frozenset()
    complete = frozenset() if None in records.unreadable else complete_for - records.unreadable
    kept = {key: row for key, row in rows.items() if key[0] not in complete or key in records.rejected}
    return {key: row for key, row in (kept | records.valid).items() if key not in records.deleted}


def _former(exports: Iterable[Export], settings: Sequence[Collection[str]]) -> dict[Key, list[TenantContent]]:
    """Everything that each tenant was to be in KIWI by any of the exports, under any of the settings."""
    former: dict[Key, list[TenantContent]] = defaultdict(list)
    for export in exports:
        for key, person in rows_of(export.records["mieter"].valid, Person).items():
            for blocked in settings:
                content = tenant_content(person, blocked)
                if not isinstance(content, str) and content not in former[key]:
                    former[key].append(content)
    return former
