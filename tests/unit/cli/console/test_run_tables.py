"""Tables for people: what comes from exports and from KIWI is shown as it is."""

import io

import pytest
from kiwi_cli.console.run_tables import show_table
from rich.console import Console


def printed(cell: object) -> str:
    out = io.StringIO()
    show_table(Console(file=out, width=160), "Title", ("column",), [[cell]])
    return out.getvalue()


@pytest.mark.parametrize("text", [r"4711\[/b]", "[/b]", "[bold]x[/bold]", "WE:b:1", r"back\slash", "[done]"])
def test_nothing_in_a_cell_is_markup_or_an_emoji(text: str) -> None:
    assert text in printed(text)


def test_a_status_has_its_colour() -> None:
    out = io.StringIO()
    console = Console(file=out, width=160, force_terminal=True, color_system="standard")
    show_table(console, "", ("status",), [["done"], ["other"]])
    assert "\x1b[32mdone" in out.getvalue()
    assert "\x1b[32mother" not in out.getvalue()
