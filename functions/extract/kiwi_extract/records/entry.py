"""An export's statement about one row, between reading and comparing."""

from typing import NamedTuple

from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.keys import RowKind, unescape

DUPLICATE = "duplicate"
MANDANT_NOT_LISTED = "mandant_not_listed"


class Entry(NamedTuple):
    """A record, a deletion, or a record that was rejected. A tuple, since there are millions."""

    section: str
    place: int
    deleted: bool
    mandant: str | None
    sk: str | None
    record: str | None = None
    field: str | None = None
    reason: str | None = None
    source: str | None = None
    line: int | None = None

    @property
    def kind(self) -> RowKind:
        """The kind of row."""
        return SECTIONS[self.section]

    @property
    def rejected(self) -> bool:
        """Whether the record must not be used."""
        return self.reason is not None

    @property
    def numbers(self) -> str | None:
        """The numbers, joined by `/`; for people."""
        if self.mandant is None or self.sk is None:
            return None
        return "/".join((self.mandant, *map(unescape, self.sk.split("#"))))

    @property
    def place_text(self) -> str:
        """The place in the export, for people."""
        if self.line is not None:
            return f"{self.source}, line {self.line}" if self.source else f"line {self.line}"
        # A source without lines is a part of an export.
        at = f"{'geloescht.' if self.deleted else ''}{self.section}[{self.place}]"
        return f"{self.source}, {at}" if self.source else at

    def refused(self, field: str, reason: str) -> "Entry":
        """The same, rejected."""
        return self._replace(record=None, field=field, reason=reason)
