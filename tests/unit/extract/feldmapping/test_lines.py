"""YAML is read as texts that know their lines, and nothing of it surprises or swells."""

from typing import Any

import pytest
from kiwi_extract.feldmapping.faults import FeldmappingError
from kiwi_extract.feldmapping.lines import MAX_CHARACTERS, LinedDict, LinedList, read_lined

NO_ANCHORS = 'anchors (&) and aliases (*) are not allowed; a text that begins so is quoted: "*.csv"'


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 0001", {"a": "0001"}),
        ("a: no\nb: 1e3\nc: 2024-01-01", {"a": "no", "b": "1e3", "c": "2024-01-01"}),
        ("a: ''\nb: \"~\"", {"a": "", "b": "~"}),
        ("[a, {b: c}]", ["a", {"b": "c"}]),
        ("a: |\n  b\n  c\n", {"a": "b\nc\n"}),
        ("'': a", {"": "a"}),
        ("1: a\n'true': b", {"1": "a", "true": "b"}),
        ("--- \na: b\n...\n", {"a": "b"}),
        ("a: !  b", {"a": "b"}),
    ],
)
def test_what_stands_there(text: str, value: Any) -> None:
    assert read_lined(text) == value


def test_everything_knows_its_line() -> None:
    read = read_lined("# first\na:\n  - b\n  - c: d\n    e: f\n")
    assert isinstance(read, LinedDict)
    items = read["a"]
    assert isinstance(items, LinedList)
    inner = items[1]
    assert isinstance(inner, LinedDict)
    assert (read.lines, items.lines) == ({"a": 2}, [3, 4])
    assert (inner.lines, inner.place) == ({"c": 4, "e": 5}, ("a", 1))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "a: &x b",
            f"line 1, a: {NO_ANCHORS}",
        ),
        (
            "a: *x",
            f"line 1, a: {NO_ANCHORS}",
        ),
        (
            "&x a: b",
            f"line 1: {NO_ANCHORS}",
        ),
        ("a: !!python/name:os.system x", "line 1, a: tags (!) are not allowed"),
        ("a:\n  - b: 1\n    b: 2", "line 3, a[0].b: appears twice"),
        ("a: 1\n'a': 2", "line 2, a: appears twice"),
        ("? [a, b]\n: c", "line 1: a key must be a text"),
        ("a: b\n---\nc: d", "line 2: a second document; a mapping is one"),
        ("", "line 1: the file is empty"),
        ("# nothing", "line 1: the file is empty"),
        ("a:", 'line 1, a: nothing stands there; leave it out, or write "" for an empty text'),
        ("- null", 'line 1, [0]: nothing stands there; leave it out, or write "" for an empty text'),
        ("a: [", "line 1: not YAML: expected the node content, but found '<stream end>'"),
        ("a: b: c", "line 1: not YAML: mapping values are not allowed here"),
        ("a: \x07", "line 1: not YAML: a control character; save the file as plain text in UTF-8"),
        ('a: b\nc: "\\U00110000"', "line 2: not YAML: a character that there is not, written as a number"),
        ('a: "\\UFFFFFFFF"', "line 1: not YAML: a character that there is not, written as a number"),
        ('"\\ud800": b', "line 1: not YAML: a character that there is not, written as a number"),
        ("[" * 100_000, "line 1, [0][0][0]: nested deeper than 24 levels"),
        ("{a: " * 1000, "line 1, a.a.a: nested deeper than 24 levels"),
        ("x" * (MAX_CHARACTERS + 1), "line 1: longer than 131072 characters"),
    ],
)
def test_what_is_refused_says_where_and_why(text: str, told: str) -> None:
    with pytest.raises(FeldmappingError) as caught:
        read_lined(text)
    assert str(caught.value) == told
