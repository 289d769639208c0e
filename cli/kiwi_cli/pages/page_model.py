"""The content of a page: values that the writer of a report fills in, for a browser and for a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """The meaning of a figure, a bar or a badge; each has a colour."""

    PLAIN = "plain"
    GOOD = "good"
    INFO = "info"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Text:
    """A text for people, in both languages."""

    de: str
    en: str

    def in_language(self, language: str) -> str:
        """The text in one language, `de` or `en`."""
        return self.de if language == "de" else self.en


Words = Text | str
"""A text in both languages, or one that is the same in both: a code, a number of the ERP."""


@dataclass(frozen=True)
class Badge:
    """A word on a coloured ground."""

    label: Words
    tone: Tone = Tone.PLAIN


Cell = Words | int | Badge
"""A cell of a table: integers are aligned to the right, and written as each language writes them."""


@dataclass(frozen=True)
class Figure:
    """A key figure at the top of the page."""

    label: Words
    value: int | Words
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Bar:
    """A bar, as long as its value is to the largest one of its section; a row at a terminal.

    `kind` stands before the label, `note` under it; a `code` is shown at a terminal only.
    """

    label: Words
    value: int
    tone: Tone = Tone.INFO
    note: Words = ""
    kind: Words = ""
    code: str = ""


@dataclass(frozen=True)
class Column:
    """A column's heading, and whether it holds numbers."""

    label: Words
    numeric: bool = False


@dataclass(frozen=True)
class PageTable:
    """A sortable table. `left_out`: how many rows there are that it does not show."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    caption: Words = ""
    left_out: int = 0


@dataclass(frozen=True)
class Section:
    """A part of the page under a heading. `folded`: only the heading is seen until it is clicked; None: it
    cannot be folded. `code`: the code that the section is about."""

    title: Words
    texts: Sequence[Words] = ()
    bars: Sequence[Bar] = ()
    tables: Sequence[PageTable] = ()
    badge: Badge | None = None
    count: int | None = None
    folded: bool | None = None
    code: str = ""


@dataclass(frozen=True)
class Page:
    """A whole page. `language`: the one it opens in; empty: the browser's, of the two. `notes`: also for a
    terminal, unlike the footer."""

    title: Words
    subtitle: Words = ""
    verdict: Badge | None = None
    figures: Sequence[Figure] = ()
    sections: Sequence[Section] = ()
    notes: Sequence[Words] = ()
    footer: Sequence[Words] = ()
    language: str = ""
