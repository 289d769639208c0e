"""The JSON Schema and the model judge alike."""

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from kiwi_extract.feldmapping.faults import FeldmappingError
from kiwi_extract.feldmapping.parsing import parse_feldmapping
from kiwi_extract.feldmapping.schema import json_schema

from tests.unit.extract.feldmapping.test_examples import FOLDER
from tests.unit.extract.feldmapping.test_parsing import KEYS

SCHEMA = Draft202012Validator(json_schema())
M = "mandant: M, nummer: N"


def allows_schema(text: str) -> bool:
    # As an editor has it: the names of a JSON object are texts, and of YAML's dates there are none.
    data = json.loads(json.dumps(yaml.safe_load(text), default=str))
    return SCHEMA.is_valid(data)


def allows_model(text: str) -> bool:
    try:
        parse_feldmapping(text)
    except FeldmappingError:
        return False
    return True


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_it_allows_the_examples(path: Path) -> None:
    assert allows_schema(path.read_text(encoding="utf-8"))


GOOD = [
    f"mieter: [{{fields: {{{M}}}}}]",
    f"mieter: [{{from: [a, 1], columns: [b], repeats: true, fields: {{{M}}}}}]",
    f"mieter: [{{completes: true, deleted: false, fields: {{{M}, email: {{path: a.0.b}}}}}}]",
    f"reading: {{encoding: cp850, delimiter: tab, header_line: 3}}\nmieter: [{{fields: {{{M}}}}}]",
    f"mieter: [{{filter: {{column: a, is: 1}}, fields: {{{M}}}}}]",
    f"mieter: [{{filter: {{path: a, not_in: [x, 2, true]}}, fields: {{{M}}}}}]",
    f"mieter: [{{filter: {{any: [{{all: [{{column: a, empty: true}}]}}]}}, fields: {{{M}}}}}]",
    *(
        f"mieter: [{{fields: {{{M}, email: {value}}}}}]"
        for value in (
            "{column: a, optional: true, then: [trim, upper, lower]}",
            "{column: a, then: [{pad: 4}, {blank: [0, '-']}, {date: DD.MM.YY}]}",
            "{column: a, then: [{map: {values: {a: b, 1: 2, '': c, 1.5: ''}, otherwise: keep}}]}",
            "{column: a, then: [{split: {pattern: '{a}-{b:digits}', take: b, otherwise: blank}}]}",
            "{constant: 0001}",
            "{join: [a, {first: [b, {constant: c}]}], separator: '', skip_blanks: true, then: [trim]}",
            "{list: a.b, where: {path: c, is_not: d}, take: e, then: [lower]}",
        )
    ),
    f"""
    mietvertraege:
      - fields: {{{M}, verwaltungseinheit: {{wirtschaftseinheit: a, nummer: b}}, beginn: c,
                 mieter: [d, {{each: e, at: ";"}}, {{list: f}}]}}
    """,
]
BAD = [
    "mieter: {}",
    "mieter: [x]",
    "mieter: [{fields: {mandant: M}}]",
    f"mieter: [{{fields: {{{M}, emial: x}}}}]",
    f"mieter: [{{from: a, fields: {{{M}}}}}]",
    f"mieter: [{{repeats: ja, fields: {{{M}}}}}]",
    f"mieter: [{{filter: {{column: a}}, fields: {{{M}}}}}]",
    f"mieter: [{{filter: {{column: a, path: b, is: c}}, fields: {{{M}}}}}]",
    f"mieter: [{{filter: {{column: a, is: b, is_not: c}}, fields: {{{M}}}}}]",
    f"mieter: [{{filter: {{all: []}}, fields: {{{M}}}}}]",
    f"mieter: [{{filter: a, fields: {{{M}}}}}]",
    f"reading: {{encoding: ebcdic}}\nmieter: [{{fields: {{{M}}}}}]",
    f"reading: {{delimiter: ':'}}\nmieter: [{{fields: {{{M}}}}}]",
    f"reading: {{header_line: 0}}\nmieter: [{{fields: {{{M}}}}}]",
    f"reading: {{header_line: x}}\nmieter: [{{fields: {{{M}}}}}]",
    *(
        f"mieter: [{{fields: {{{M}, email: {value}}}}}]"
        for value in (
            "''",
            "[a]",
            "{}",
            "~",
            "{column: a, path: b}",
            "{column: [a]}",
            "{constant: a, then: [trim]}",
            "{join: []}",
            "{join: a}",
            "{each: a, at: ','}",
            "{column: a, then: trim}",
            "{column: a, then: [strip]}",
            "{column: a, then: [{pad: 1}]}",
            "{column: a, then: [{pad: 4, date: x}]}",
            "{column: a, then: [{split: {pattern: '{a}'}}]}",
            "{column: a, then: [{map: {values: {}}}]}",
            "{column: a, then: [{map: {values: {a: b}, otherwise: drop}}]}",
            "{column: a, then: [{blank: -}]}",
        )
    ),
]


@pytest.mark.parametrize("text", GOOD)
def test_both_allow(text: str) -> None:
    text = "version: 1\n" + dedent(text)
    assert (allows_schema(text), allows_model(text)) == (True, True)


@pytest.mark.parametrize("text", [*(f"version: 1\n{it}" for it in BAD), f"mieter: [{{fields: {{{M}}}}}]"])
def test_both_refuse(text: str) -> None:
    assert (allows_schema(text), allows_model(text)) == (False, False)


@pytest.mark.parametrize("version", ["2", "one", "[1]", "1.5"])
def test_both_refuse_another_version(version: str) -> None:
    text = f"version: {version}\nmieter: [{{fields: {{{M}}}}}]"
    assert (allows_schema(text), allows_model(text)) == (False, False)


VALUES = st.recursive(
    st.sampled_from(["a", "0001", "x.y", "{a}-{b}", "DD.MM.YYYY", "trim", "tab"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(table=st.dictionaries(KEYS, VALUES, max_size=4), fields=st.dictionaries(KEYS, VALUES, max_size=4))
def test_what_the_model_allows_the_schema_allows(table: dict[str, Any], fields: dict[str, Any]) -> None:
    whole = {"mandant": "M", "nummer": "N", **fields}
    text = json.dumps({"version": 1, "mieter": [{**table, "fields": whole}]})
    assert allows_schema(text) or not allows_model(text)
