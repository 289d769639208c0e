"""Every key in the table: those of rows, and those of the system's own bookkeeping."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b

SHARDS = 16
"""Shards of a (connection, Mandant, kind): a single partition key would cap writes at 1,000 a second."""
_DIGITS = "0123456789abcdef"

# Partition keys of bookkeeping begin with a sign that no connection's id has.
_OWN = "%"
CONNECTIONS = f"{_OWN}connection#"
RUNS = f"{_OWN}run#"
HOLDS = f"{_OWN}hold#"
SPLITS = f"{_OWN}split#"
LINKS = f"{_OWN}link#"
CLAIMS = f"{_OWN}claim#"

# Sort keys in a connection's partition.
AVAILABILITY = "kiwi"
LOCK = "lease"
LAST_EXPORT = "exports"
MANDANTEN = "mandanten"
EXPECTED_FILES = "files#"
RECENT_LOSSES = "losses#"

# Sort keys in a claim's partition.
HOLDER = "holder"
WAITER = "waiter#"
WANT = "want#"

WATERMARK = f"{_OWN}watermark"
"""The sort key of a partition's watermark, among the partition's rows."""


class RowKind(StrEnum):
    """The subject of a row: one of three kinds in the ERP, or the pair (lease, tenant) that KIWI knows."""

    VERWALTUNGSEINHEIT = "verwaltungseinheit"
    MIETER = "mieter"
    MIETVERTRAG = "mietvertrag"
    RENTAL_AGREEMENT = "rental_agreement"


def escape(part: str) -> str:
    """Replace the characters that join parts of a key. Reversed by `unescape`."""
    return part.replace("%", "%25").replace("#", "%23").replace("/", "%2F")


def unescape(part: str) -> str:
    """The part as it was before `escape`."""
    return part.replace("%2F", "/").replace("%23", "#").replace("%25", "%")


def shard_of(sk: str) -> str:
    """The shard (one hexadecimal digit) of a sort key."""
    return _DIGITS[blake2b(sk.encode("utf-8"), digest_size=1).digest()[0] % SHARDS]


def connection_pk(connection: str) -> str:
    """The partition of a connection's single items."""
    return f"{CONNECTIONS}{connection}"


def run_pk(connection: str) -> str:
    """The partition of a connection's runs, by export id."""
    return f"{RUNS}{connection}"


def hold_pk(connection: str) -> str:
    """The partition of a connection's holds, by export id."""
    return f"{HOLDS}{connection}"


def split_pk(connection: str) -> str:
    """The partition of a connection's exports in several objects, by name."""
    return f"{SPLITS}{connection}"


def link_pk(parent: "RowKey") -> str:
    """The partition of a parent's links, by the agreement's key."""
    return f"{LINKS}{parent.text}"


def claim_pk(connection: str, kind: str, field: str, digest: str) -> str:
    """The partition of the claim of a value, which the digest stands for."""
    return f"{CLAIMS}{connection}#{kind}#{field}#{digest}"


def connection_in(pk: str) -> str:
    """The connection in a partition key of bookkeeping."""
    return pk.partition("#")[2]


def is_row(pk: str, sk: str) -> bool:
    """Whether an item is an entity's row, and no bookkeeping."""
    return not pk.startswith(_OWN) and sk != WATERMARK


@dataclass(frozen=True)
class Partition:
    """One shard of one kind of one Mandant. Extract compares one partition at a time."""

    connection: str
    mandant: str
    kind: RowKind
    shard: str

    @property
    def pk(self) -> str:
        """The partition key in the table."""
        return "#".join((escape(self.connection), escape(self.mandant), self.kind, self.shard))


@dataclass(frozen=True)
class RowKey:
    """The key of a row. Its text travels in messages: numbers only, no personal data."""

    connection: str
    kind: RowKind
    mandant: str
    numbers: tuple[str, ...]

    @property
    def lease(self) -> "RowKey":
        """The key of the lease's row. Agreements only."""
        return RowKey(self.connection, RowKind.MIETVERTRAG, self.mandant, self.numbers[:1])

    @property
    def tenant(self) -> "RowKey":
        """The key of the tenant's row. Agreements only."""
        return RowKey(self.connection, RowKind.MIETER, self.mandant, self.numbers[1:])

    @cached_property
    def partition(self) -> Partition:
        """The row's partition. All agreements of a lease share one, so that one query lists them."""
        sharded = escape(self.numbers[0]) if self.kind is RowKind.RENTAL_AGREEMENT else self.sk
        return Partition(self.connection, self.mandant, self.kind, shard_of(sharded))

    @property
    def pk(self) -> str:
        """The partition key in the table."""
        return self.partition.pk

    @cached_property
    def sk(self) -> str:
        """The sort key in the table."""
        return "#".join(escape(number) for number in self.numbers)

    @cached_property
    def text(self) -> str:
        """`connection/kind/mandant/number[/number]`, each part escaped."""
        return "/".join(escape(part) for part in (self.connection, self.kind, self.mandant, *self.numbers))

    @cached_property
    def group(self) -> str:
        """The FIFO message group: a hash, since numbers may be too long for SQS or contain odd characters."""
        return blake2b(self.text.encode("utf-8"), digest_size=24).hexdigest()

    @classmethod
    def parse(cls, text: str) -> "RowKey":
        """The key that `text` names.

        Raises:
            ValueError: `text` is not the text of a key.
        """
        connection, kind, mandant, *numbers = (unescape(part) for part in text.split("/"))
        if not numbers:
            raise ValueError("a row key has at least four parts")
        return cls(connection, RowKind(kind), mandant, tuple(numbers))

    @classmethod
    def of_row(cls, pk: str, sk: str) -> "RowKey":
        """The key of the row stored under `pk` and `sk`."""
        connection, mandant, kind, _shard = pk.split("#")
        return cls.of_sk(unescape(connection), RowKind(kind), unescape(mandant), sk)

    @classmethod
    def of_sk(cls, connection: str, kind: RowKind, mandant: str, sk: str) -> "RowKey":
        """The key of the row with the sort key `sk`."""
        return cls(connection, kind, mandant, tuple(unescape(part) for part in sk.split("#")))

    def __str__(self) -> str:
        return self.text
