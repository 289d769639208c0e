"""The road of architecture.md exists: every function that it names is defined where its link leads."""

import ast
import re
from pathlib import Path

import pytest

from tests.unit.docs.pages import ROOT

PAGE = ROOT / "docs" / "develop" / "architecture.md"
ROAD = PAGE.read_text(encoding="utf-8").partition("\n## The road")[2].partition("\n## ")[0]
LINKS = re.findall(r"\[`([\w.]+)`\]\((\S+\.py)\)", PAGE.read_text(encoding="utf-8"))
NAMED = [(name, path) for name, path in LINKS if not name.endswith(".py")]


def defined(file: Path) -> set[str]:
    """The functions and classes of a module, and the methods as `Class.method`."""
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{its.name}" for its in node.body if isinstance(its, ast.FunctionDef)}
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
    return names


@pytest.mark.parametrize(("name", "path"), NAMED, ids=[name for name, _ in NAMED])
def test_a_named_function_is_where_the_link_leads(name: str, path: str) -> None:
    assert name in defined((PAGE.parent / path).resolve())


def test_the_road_leads_from_the_message_to_the_request_in_twelve_steps_at_most() -> None:
    steps = re.findall(r"^(\d+)\. .*?\]\((\S+?)\)", ROAD, flags=re.MULTILINE)

    assert 8 <= len(steps) <= 12
    assert steps[0][1].endswith("kiwi_extract/handler.py")
    assert "kiwi_sync/kiwi/" in steps[-1][1]
