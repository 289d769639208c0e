"""A mapping's text is read, or refused with all that is wrong with it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.feldmapping.faults import FeldmappingError
from kiwi_extract.feldmapping.parsing import parse_feldmapping

from tests.unit.extract.feldmapping.mappings import faults, mapping

GOOD = """\
version: 1
reading: {encoding: windows-1252, delimiter: ;}
mieter:
  - from: [mieter.csv]
    fields:
      mandant: Mandant
      nummer: Nummer
      email: {column: E-Mail, then: [lower]}
"""


def test_a_mapping_says_how_its_files_are_read() -> None:
    reading = parse_feldmapping(GOOD).reading
    assert (reading.encoding, reading.delimiter, reading.header_line) == ("windows-1252", ";", 1)


def test_what_is_not_said_is_found_out() -> None:
    reading = mapping("mieter: [{fields: {mandant: M, nummer: N}}]").reading
    assert (reading.encoding, reading.delimiter) == (None, None)


def test_every_fault_is_told_with_its_line_and_what_is_allowed() -> None:
    told = faults(
        """\
        version: 2
        reading: {delimiter: ":", header_line: eins}
        mieter:
          - repeats: ja
            fields:
              mandant: {colum: Mandant}
              email: {column: E-Mail, path: a.b}
              emial: E-Mail
              vorname: {column: Name, then: [{pad: x}, strip]}
        mietvertrage: []
        """
    )
    assert told == [
        "line 1, version: must be 1",
        "line 2, reading.delimiter: must be ';', ',', 'tab' or '|'",
        "line 2, reading.header_line: must be a whole number",
        "line 4, mieter[0].repeats: must be true or false",
        "line 5, mieter[0].fields.nummer: is missing",
        "line 6, mieter[0].fields.mandant: a value is the name of a column, or has one of column, path, "
        "constant, join, first, list",
        "line 7, mieter[0].fields.email.path: not known here; allowed are column, optional, then",
        "line 8, mieter[0].fields.emial: not known here; allowed are mandant, nummer, vorname, nachname, "
        "firma, email",
        "line 9, mieter[0].fields.vorname.then[0].pad: must be a whole number",
        "line 9, mieter[0].fields.vorname.then[1]: a step is trim, upper, lower, or split, pad, map, blank, "
        "date with its value",
        "line 10, mietvertrage: not known here; allowed are version, reading, verwaltungseinheiten, mieter, "
        "mietvertraege",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("version: 1", "line 1: nothing is mapped; write verwaltungseinheiten, mieter or mietvertraege"),
        ("- version", "line 1: a mapping has names, such as version and mieter, at its top"),
        ("version: 1\nmieter: {}", "line 2, mieter: must be a list: its items begin with a dash"),
        ("version: 1\nmieter: [x]", "line 2, mieter[0]: must be a mapping: names, each with a value"),
    ],
)
def test_what_is_no_mapping_is_told_in_plain_words(text: str, told: str) -> None:
    assert faults(text) == [told]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (
            "{column: a, then: [{split: {pattern: '{a}', take: b}}]}",
            "the pattern has no piece of the name in",
        ),
        ("{column: a, then: [{split: {pattern: '{a}{b}', take: a}}]}", "nothing says where {a} ends"),
        ("{column: a, then: [{date: DD.MM}]}", "a date format has day, month and year, once each"),
        ("{column: a, then: [{map: {values: {}}}]}", "must not be empty"),
        ("{join: []}", "must not be empty"),
        ("{list: a, where: {column: b}}", "a condition has exactly one of is, is_not, in, not_in, empty"),
        ("{list: a, where: {is: b}}", "a condition has either column or path"),
        ("{list: a, where: x}", "a condition has all, any, or a column"),
        ("''", "must not be empty"),
    ],
)
def test_a_value_that_cannot_be_is_told(value: str, told: str) -> None:
    [fault] = faults(f"version: 1\nmieter: [{{fields: {{mandant: M, nummer: N, email: {value}}}}}]")
    assert fault.startswith("line 2, mieter[0].fields.email")
    assert told in fault


def test_a_lease_is_whole_in_one_table_or_over_those_that_repeat() -> None:
    [fault] = faults("version: 1\nmietvertraege: [{fields: {mandant: M, nummer: N, mieter: [X], beginn: B}}]")
    assert "verwaltungseinheit is missing" in fault
    assert mapping(
        """
        mietvertraege:
          - {from: [a], repeats: true, fields: {mandant: M, nummer: N, mieter: [X]}}
          - {from: [b], repeats: true, fields: {mandant: M, nummer: N, beginn: B,
             verwaltungseinheit: {wirtschaftseinheit: W, nummer: V}}}
        """
    )


def test_a_deleted_lease_needs_its_key_alone() -> None:
    assert mapping("mietvertraege: [{deleted: true, fields: {mandant: M, nummer: N}}]")


WORDS = """
    version reading mieter mietvertraege verwaltungseinheiten fields from columns filter repeats mandant
    nummer email column path constant join first list where take then each at split pattern pad map values
    date blank all any is in empty 1
"""
KEYS = st.sampled_from(WORDS.split())
DATA = st.recursive(
    KEYS | st.text(max_size=5) | st.sampled_from(["{a}-{b}", "DD.MM.YYYY", "true", "trim"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@given(st.text() | st.text(alphabet="{}[]:,-&*!|>'\"#%@ \n\tab01"))
def test_whatever_the_text_it_is_a_mapping_or_an_error_with_faults(text: str) -> None:
    _parse(text)


@given(st.dictionaries(KEYS, DATA))
def test_whatever_the_structure_it_is_a_mapping_or_an_error_with_faults(data: object) -> None:
    _parse(f"version: 1\nmieter: {data!r}")
    _parse(repr(data))


def _parse(text: str) -> None:
    try:
        found: Sequence[object] = parse_feldmapping(text).tables_for("x", None)
    except FeldmappingError as error:
        found = [fault.message for fault in error.faults if fault.line >= 1]
    assert found
