"""Docstrings and help texts in plain English: no sentence begins like a German relative clause."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("functions", "layers", "cli", "sandbox", "benchmarks", "scripts", "tests")
CLUMSY = re.compile(r"(?:\A|[.!?]\s+|\n\s*\n\s*|^\s*- )[(`*]*(By what|Of|What|Whoever|Who)\b", re.MULTILINE)
SHOWN = frozenset({"help", "description", "short_help", "epilog"})


def texts(source: str) -> Iterator[tuple[int, str]]:
    """Every docstring, attribute docstring and help text of a module, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield from _text(node.value)
        elif isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg in SHOWN:
                    yield from _text(keyword.value)


def _text(node: ast.expr) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.JoinedStr):
        node = node.values[0]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value


def offences(under: str) -> list[str]:
    """The clumsy texts of a module, or of all modules in a folder."""
    place = ROOT / under
    modules = [place] if place.is_file() else sorted(place.rglob("*.py"))
    return [
        f"{module.relative_to(ROOT)}:{line}: {text.strip().splitlines()[0]}"
        for module in modules
        for line, text in texts(module.read_text(encoding="utf-8"))
        if CLUMSY.search(text)
    ]


def test_texts_are_plain_english() -> None:
    assert [offence for folder in FOLDERS for offence in offences(folder)] == []


@pytest.mark.parametrize(
    "text",
    [
        "What has stopped coming.",
        "Pure. By what an export would take agreements.",
        "A lock.\n\nOf a full export: all.",
        "Queues. Who waits is sent.",
        "`Row`s (see there)! Whoever reads them.",
    ],
)
def test_clumsy_sentences_are_found(text: str) -> None:
    assert CLUMSY.search(text)


@pytest.mark.parametrize("text", ["The time of day.", "Offers. Whole ones, too: of any kind.", "A what-if."])
def test_plain_sentences_pass(text: str) -> None:
    assert not CLUMSY.search(text)


def test_every_kind_of_text_is_read() -> None:
    source = '"""A."""\nclass B:\n    """B."""\n    c = 1\n    """C."""\noption(help=f"D {B}.")\n'
    assert [text for _, text in texts(source)] == ["A.", "B.", "C.", "D "]
