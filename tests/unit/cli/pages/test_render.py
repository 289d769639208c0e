"""The page that people are sent: safe, whole, in both languages."""

import base64
import re
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_cli.pages import Badge, Bar, Column, Figure, Page, PageTable, Section, Text, Tone, render

_EMPTY = {"meta", "rect", "br"}


class _Read(HTMLParser):
    """Elements with their attributes and the language they stand in; fails on one that is left open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _EMPTY:
            language = dict(attrs).get("lang") or (self._open[-1][1] if self._open else "")
            self._open.append((tag, "" if tag == "html" else language))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open and self._open[-1][0] not in {"title", "style", "script"}:
            self.texts.append((self._open[-1][1], data))

    def seen(self, language: str) -> str:
        """The text that a reader of this language sees."""
        return " ".join(text for spoken, text in self.texts if spoken in {"", language})

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def _page(word: str = "word", language: str = "") -> Page:
    text = Text(f"de {word}", f"en {word}")
    table = PageTable(
        [Column(text), Column(word, numeric=True)], [[text, 12345], [Badge(word, Tone.BAD), 7]], text, 3
    )
    return Page(
        title=text,
        subtitle=word,
        verdict=Badge(text, Tone.WARNING),
        figures=[Figure(text, 350_000), Figure(word, text, Tone.GOOD)],
        sections=[
            Section(text, [text], [Bar(text, 200, note=word), Bar(word, 1), Bar(word, 0)], [table]),
            Section(word, tables=[table], badge=Badge(text), count=4, folded=True),
            Section(word, folded=False),
        ],
        footer=[text],
        language=language,
    )


def test_each_language_shows_its_own_words_only() -> None:
    read = _Read(render(_page("Haus")))
    assert "de Haus" in read.seen("de")
    assert "en Haus" not in read.seen("de")
    assert "en Haus" in read.seen("en")
    assert "de Haus" not in read.seen("en")


def test_numbers_are_written_as_each_language_writes_them_and_sorted_as_numbers() -> None:
    read = _Read(render(_page()))
    assert "12.345" in read.seen("de")
    assert "12,345" in read.seen("en")
    assert {cell.get("data-value") for cell in read.all("td")} >= {"12345", "7"}


def test_what_is_left_out_of_a_table_is_said() -> None:
    assert "und 3 weitere" in re.sub(r"\s+", " ", _Read(render(_page())).seen("de"))


def test_names_of_fields_are_set_apart_in_our_words_alone() -> None:
    title = Text("Feld `<plz>`", "field `<plz>`")
    read = _Read(render(Page(title, subtitle="`data`", footer=[Text("`", "`")])))
    assert [tag for tag, _ in read.elements].count("code") == 2
    assert "<plz>" in read.seen("de")
    assert "`data`" in read.seen("de")


def test_bars_are_as_long_as_their_share_of_the_largest_and_never_vanish() -> None:
    bars = [one for one in _Read(render(_page())).all("rect") if one["class"] != "track"]
    assert [bar["width"] for bar in bars] == ["100.00", "0.60", "0.00"]


def test_a_page_without_bars_or_with_nothing_but_zeros_is_a_page() -> None:
    read = _Read(render(Page("Nothing", sections=[Section("Zero", bars=[Bar("none", 0)])])))
    assert read.all("rect")[1]["width"] == "0"


def test_it_opens_in_the_language_that_was_asked_for() -> None:
    (asked,) = _Read(render(_page(language="en"))).all("html")
    assert asked == {"lang": "en"}
    (browser,) = _Read(render(_page())).all("html")
    assert browser == {"lang": "de", "data-follow-browser": None}


def test_nothing_comes_from_elsewhere_and_nothing_but_the_own_script_runs() -> None:
    html = render(_page())
    assert "://" not in html
    read = _Read(html)
    assert not {"link", "img", "iframe", "form", "a"} & {tag for tag, _ in read.elements}
    assert not any("style" in names or any(n.startswith("on") for n in names) for _, names in read.elements)
    policy = next(one["content"] for one in read.all("meta") if one.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    for tag in ("style", "script"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


@pytest.mark.parametrize("folded", [True, False])
def test_a_section_that_can_be_folded_opens_as_told(folded: bool) -> None:
    (details,) = _Read(render(Page("Page", sections=[Section("Part", folded=folded)]))).all("details")
    assert ("open" in details) is not folded


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_whatever_the_data_say_stays_text(word: str) -> None:
    plain, drawn = _Read(render(_page("word"))), _Read(render(_page(f"<script>{word}</script>&amp;\"'>")))
    assert [tag for tag, _ in drawn.elements] == [tag for tag, _ in plain.elements]
    assert f"<script>{word}</script>" in drawn.seen("de")
