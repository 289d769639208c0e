"""A page at a terminal says what it says in a browser, and shows texts as they are."""

import io

import pytest
from kiwi_cli.console.page import show_page
from kiwi_cli.pages import Badge, Bar, Column, Page, PageTable, Section, Text, Tone
from rich.console import Console

PAGE = Page(
    title=Text("Titel", "Title"),
    subtitle="c1",
    verdict=Badge(Text("schlecht", "bad"), Tone.BAD),
    sections=[
        Section(
            Text("Abschnitt", "Section"),
            [Text("Beheben.", "Mend.")],
            tables=[PageTable([Column("Name"), Column("count", numeric=True)], [["[red]x", 7]], left_out=3)],
            count=4,
            code="some_code",
        ),
        Section("bars", bars=[Bar("label", 2, Tone.BAD, kind=Text("Fehler", "error"), code="bar_code")]),
    ],
    notes=[Text("Hinweis.", "Note.")],
    footer=["only on the page"],
)


def printed(language: str, *, colours: bool = False) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=80, force_terminal=colours, color_system="standard" if colours else None
    )
    show_page(console, PAGE, language)
    return out.getvalue()


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("de", ["Titel · c1", "some_code: Abschnitt (4)", "… und 3 weitere", "→ Beheben.", "Hinweis."]),
        ("en", ["Title · c1", "some_code: Section (4)", "… and 3 more", "→ Mend.", "Note."]),
    ],
)
def test_it_is_told_in_one_language(language: str, lines: list[str]) -> None:
    told = printed(language)
    assert [line for line in lines if line in told.splitlines()] == lines
    assert told.splitlines()[-1] == {"de": "schlecht", "en": "bad"}[language]


def test_nothing_in_a_cell_is_markup() -> None:
    assert "[red]x" in printed("en")


def test_bars_are_rows_with_their_codes() -> None:
    (row,) = (line.split() for line in printed("en").splitlines() if "bar_code" in line)
    assert row == ["error", "bar_code", "2", "label"]
    assert "\x1b[1;31merror" in printed("en", colours=True)


def test_the_footer_is_for_the_page_alone() -> None:
    assert "only on the page" not in printed("en")
