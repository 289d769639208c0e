"""The page of a check: both languages, a bar for each reason, all findings."""

import re

import pytest
from kiwi_cli.check.check_page import page_of
from kiwi_cli.pages import Tone, render

from tests.unit.cli.check.looking import DIRTY, NOW, export, look, workbook_of

REPORT = look(DIRTY, shown=3)
PAGE = page_of(REPORT, NOW, "", with_values=False)


def test_there_is_a_bar_for_each_reason_and_each_finding() -> None:
    bars = [bar for section in PAGE.sections for bar in section.bars]
    reasons = sum(
        len(REPORT.reasons(section)) for section in ("verwaltungseinheiten", "mieter", "mietvertraege")
    )
    assert len(bars) == reasons + len(REPORT.findings)
    assert sum(bar.value for bar in bars) == REPORT.reasons().total() + sum(f.count for f in REPORT.findings)


def test_there_is_a_section_for_each_finding_with_errors_unfolded() -> None:
    sections = [section for section in PAGE.sections if section.folded is not None]
    assert [section.count for section in sections] == [finding.count for finding in REPORT.findings]
    assert [not section.folded for section in sections] == [f.severity == "error" for f in REPORT.findings]


def test_the_sheet_is_named_at_which_something_was_found() -> None:
    header = ["mandant", "nummer", "nachname", "email"]
    sheets = {
        "Süd": [header, ["0001", "1", "Frau Abel", "abel@example.org"]],
        "Nord": [
            header,
            ["0001", "2", "Berg", "berg@example.net"],
            ["0001", "3", "Frau Carl", "c@example.org"],
        ],
    }
    page = page_of(look(workbook_of(sheets)), NOW, "", with_values=False)
    (found,) = (section for section in page.sections if section.count is not None)
    assert [row[0] for row in found.tables[0].rows] == ["export-0.json#Süd", "export-0.json#Nord"]


def test_what_is_not_shown_is_counted() -> None:
    page = page_of(look(DIRTY, shown=1), NOW, "", with_values=False)
    sections = [section for section in page.sections if section.count is not None]
    assert [section.tables[0].left_out + 1 for section in sections] == [section.count for section in sections]
    assert any(section.tables[0].left_out for section in sections)


@pytest.mark.parametrize(
    ("document", "tone"),
    [(export(), Tone.GOOD), (export(mandanten=["0001", "0002"]), Tone.BAD), (b"nothing", Tone.BAD)],
)
def test_the_verdict_has_the_colour_of_the_worst(document: dict[str, object] | bytes, tone: Tone) -> None:
    page = page_of(look(document), NOW, "de", with_values=False)
    assert page.verdict is not None
    assert page.verdict.tone is tone


def test_nothing_of_the_values_is_in_it() -> None:
    html = render(PAGE)
    assert not re.findall(r"[\w.]+@[\w.]+\.[a-z]+", html.replace("info@", ""))
    assert "Lindenstra?e" not in html
