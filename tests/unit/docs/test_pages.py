"""The documentation as a whole: links, generated parts, size and beginnings of sentences."""

import re
import subprocess
from pathlib import Path

import pytest
from kiwi_cli import reference

from tests.unit.docs.pages import ALL, ENGLISH, GERMAN, ROOT, anchors, links, name, prose

LARGEST_README = 8_000
NAMED = re.compile(r"(?<![\w/.-])docs/[\w/.-]+\.(?:md|json)\b")
BEGINNING = re.compile(
    r"(?:^\W*|[.?!:|]\W*\s+\W*)(?:What|Of|By what|Who|Whoever) (?![^.\n]*\?)[^\n]{0,60}", re.MULTILINE
)
"""A sentence or a heading that begins as in German; a question may."""
SEARCHED = ("*.py", "*.yaml", "*.md", "*.toml", "Makefile")


@pytest.mark.parametrize("page", ALL, ids=name)
def test_a_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_a_page_that_is_named_anywhere_is_there() -> None:
    listed = subprocess.run(
        ["git", "ls-files", *SEARCHED], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    named = {
        (path, page)
        for path in listed.splitlines()
        for page in NAMED.findall((ROOT / path).read_text(encoding="utf-8"))
    }
    assert named
    assert {(path, page) for path, page in named if not (ROOT / page).exists()} == set()


@pytest.mark.parametrize("page", reference.pages(), ids=name)
def test_the_generated_parts_are_fresh(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == reference.written(text), "run: make docs"


@pytest.mark.parametrize("part", ["commands", "settings", "parameters", "findings de", "findings en"])
def test_each_generated_part_is_on_a_page(part: str) -> None:
    assert any(f"<!-- made: {part} -->" in page.read_text(encoding="utf-8") for page in reference.pages())


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_bytes()) <= LARGEST_README


def test_the_pages_for_erp_people_are_there_in_both_languages() -> None:
    assert {page.name for page in GERMAN.iterdir()} == {page.name for page in ENGLISH.iterdir()}


@pytest.mark.parametrize("page", [page for page in reference.pages() if GERMAN not in page.parents], ids=name)
def test_no_sentence_begins_as_in_german(page: Path) -> None:
    assert BEGINNING.findall(prose(page)) == []


@pytest.mark.parametrize(
    "text",
    [
        "What has come.",
        "Text.\n\nOf a row.",
        "- Who waits",
        "| a | By what it is lost. |",
        "## Whoever comes",
    ],
)
def test_such_a_sentence_is_found(text: str) -> None:
    assert len(BEGINNING.findall(text)) == 1


@pytest.mark.parametrize("text", ["What is owed?", "It has what it needs.", "- One of them", "Offices are"])
def test_other_sentences_are_not_found(text: str) -> None:
    assert BEGINNING.findall(text) == []


def test_the_list_of_decisions_names_every_decision_in_order() -> None:
    text = (ROOT / "docs" / "develop" / "decisions.md").read_text(encoding="utf-8")
    listed, _, rest = text.partition("\n## ")

    assert re.findall(r"^ *- \**\[(.+?)\]\(#", listed, re.MULTILINE) == re.findall(
        r"^###? (.+)$", f"## {rest}", re.MULTILINE
    )


@pytest.mark.parametrize("page", sorted(ENGLISH.iterdir()), ids=lambda page: page.name)
def test_the_german_page_has_the_headings_of_the_english_one(page: Path) -> None:
    def levels(folder: Path) -> list[str]:
        # The English page of check alone lists the defects of the sample files.
        text = (folder / page.name).read_text(encoding="utf-8")
        return re.findall(r"^(#+) (?!`tests/)", text, re.MULTILINE)

    assert levels(GERMAN) == levels(ENGLISH)


def test_every_setting_but_the_secret_names_its_parameter() -> None:
    without = re.findall(r"^\| `(\w+)` \|  \|", reference.settings(), re.MULTILINE)

    assert without == ["secret"]
