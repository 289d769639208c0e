"""A page for people at a terminal."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text as RichText

from kiwi_cli.console.run_tables import draw_table
from kiwi_cli.pages import Badge, Bar, Cell, Page, PageTable, Section, Text, Tone, Words

_STYLES = {Tone.BAD: "bold red", Tone.WARNING: "yellow", Tone.INFO: "blue", Tone.GOOD: "green"}
_MORE = Text("… und {} weitere", "… and {} more")


def show_page(console: Console, page: Page, language: str) -> None:
    """Prints a page in one language, `de` or `en`: without figures and footer, and nothing is folded."""
    _Terminal(console, language).show(page)


class _Terminal:
    """Prints pages."""

    def __init__(self, console: Console, language: str) -> None:
        self._console = console
        self._language = language

    def show(self, page: Page) -> None:
        head = (page.title, page.subtitle) if page.subtitle else (page.title,)
        self._print(f"{' · '.join(map(self._say, head))}\n")
        for section in page.sections:
            self._section(section)
        for note in page.notes:
            self._print(self._say(note))
        if page.verdict:
            self._print(self._say(page.verdict.label), style="bold")

    def _section(self, section: Section) -> None:
        code = f"{section.code}: " if section.code else ""
        count = f" ({section.count})" if section.count is not None else ""
        # Above the table, not as its title, which would be folded to the table's width.
        self._print(f"{code}{self._say(section.title)}{count}", style="bold")
        if section.bars:
            self._bars(section.bars)
        for table in section.tables:
            self._table(table)
        for text in section.texts:
            self._print(f"→ {self._say(text)}")
        if section.texts:
            self._print("")

    def _table(self, table: PageTable) -> None:
        columns = [(self._say(column.label), column.numeric) for column in table.columns]
        draw_table(self._console, "", columns, ([self._cell(cell) for cell in row] for row in table.rows))
        if table.left_out:
            self._print(f"{_MORE.in_language(self._language).format(table.left_out)}\n")

    def _bars(self, bars: Iterable[Bar]) -> None:
        """Prints bars as rows, without the columns in which none has anything."""
        rows = [(Badge(bar.kind, bar.tone), bar.code, bar.value, bar.label) for bar in bars]
        used = [at for at in range(4) if any(self._cell(row[at]).plain for row in rows)]
        columns = [("", at == 2) for at in used]
        draw_table(
            self._console, "", columns, ([self._cell(row[at]) for at in used] for row in rows), header=False
        )

    def _cell(self, cell: Cell) -> RichText:
        if isinstance(cell, Badge):
            return RichText(self._say(cell.label), style=_STYLES.get(cell.tone, ""))
        return RichText(str(cell) if isinstance(cell, int) else self._say(cell))

    def _say(self, words: Words) -> str:
        return words if isinstance(words, str) else words.in_language(self._language)

    def _print(self, text: str, style: str | None = None) -> None:
        self._console.print(text, style=style, markup=False)
