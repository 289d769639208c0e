"""reasons.md explains every code that there is, and none that there is not, in German and in English."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_cli.local import run_report
from kiwi_extract.bookkeeping import runs
from kiwi_extract.brake import incomplete_leases
from kiwi_extract.feldmapping import steps
from kiwi_extract.reading import cells, ndjson, own_columns, tables, unite_rows
from kiwi_extract.reading.export import RawRecord
from kiwi_extract.records import entry, validate
from kiwi_sync.erp import fields, models
from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.rules.reasons import HoldStatus, Loss, Notice, Problem, Reason, RejectedExport

from tests.unit.docs.pages import ENGLISH, ERP, GERMAN

ENUMS: dict[str, type[StrEnum]] = {
    "Reasons": Reason,
    "Notices": Notice,
    "Problems": Problem,
    "Runs": runs.Status,
    "Holds": HoldStatus,
    "Losses": Loss,
    "Refused exports": RejectedExport,
}
REJECTED, LOCAL = "Rejected records", "Local runs"
IN_GERMAN = {
    "Reasons": "Gründe",
    "Notices": "Hinweise",
    "Problems": "Probleme",
    "Runs": "Läufe",
    "Holds": "Angehaltene Exporte",
    "Losses": "Verluste",
    "Refused exports": "Abgewiesene Exporte",
    REJECTED: "Abgewiesene Sätze",
    LOCAL: "Lokale Läufe",
}
in_both_languages = pytest.mark.parametrize("folder", ERP, ids=lambda folder: folder.name)

UNIT = {"mandant": "1", "wirtschaftseinheit": "2", "nummer": "3"}
TENANT = {"mandant": "1", "nummer": "3"}
LEASE = {
    "mandant": "1",
    "nummer": "3",
    "verwaltungseinheit": {"wirtschaftseinheit": "2", "nummer": "3"},
    "mieter": ["3"],
    "beginn": "2024-01-01",
}
OF_A_FELDMAPPING = {
    steps.PATTERN_MISMATCH,
    steps.VALUE_NOT_MAPPED,
    unite_rows.ROWS_DISAGREE,
    incomplete_leases.ROW_MISSING,
}
GOOD: dict[str, dict[str, Any]] = {"verwaltungseinheiten": UNIT, "mieter": TENANT, "mietvertraege": LEASE}
BAD: list[tuple[str, str, Any]] = [
    ("missing", "mieter", {"mandant": "1"}),
    ("missing", "mieter", TENANT | {"nummer": " "}),
    ("missing", "mietvertraege", LEASE | {"mieter": []}),
    ("not_text", "mieter", TENANT | {"email": ["a@example.org"]}),
    ("not_text", "mieter", TENANT | {"nummer": 1.5}),
    ("too_long", "mieter", TENANT | {"nummer": "1" * 65}),
    ("too_long", "mieter", TENANT | {"firma": "x" * 1001}),
    ("control_character", "mieter", TENANT | {"vorname": "a\0b"}),
    ("not_a_date", "mietvertraege", LEASE | {"beginn": "2024-02-30"}),
    ("not_a_number", "verwaltungseinheiten", UNIT | {"latitude": "52.5"}),
    ("out_of_range", "verwaltungseinheiten", UNIT | {"latitude": 91}),
    ("out_of_range", "verwaltungseinheiten", UNIT | {"longitude": -181}),
    ("ende_before_beginn", "mietvertraege", LEASE | {"ende": "2023-12-31"}),
    ("not_an_object", "mieter", "4711"),
    ("not_an_object", "mietvertraege", LEASE | {"verwaltungseinheit": "100-0001"}),
    ("not_a_list", "mietvertraege", LEASE | {"mieter": "4711"}),
]


OF_READERS = {
    cells.EXCEL_ERROR,
    cells.NUMBER_UNCLEAR,
    own_columns.NOT_A_FLAG,
    ndjson.NOT_JSON_LINE,
    ndjson.UNKNOWN_TYP,
    tables.MALFORMED_QUOTES,
    tables.RAGGED_LINE,
}
"""Faults of lines, with examples in the tests of the formats."""


def page(folder: Path) -> str:
    return (folder / "reasons.md").read_text(encoding="utf-8")


def explained(section: str, folder: Path = ENGLISH) -> list[str]:
    """The codes in the first columns of a section's tables."""
    title = IN_GERMAN[section] if folder == GERMAN else section
    _, _, rest = page(folder).partition(f"\n## {title}\n")
    assert rest, f"{folder.name}/reasons.md has no section {title}"
    return re.findall(r"^\| `(\w+)` \|", rest.partition("\n## ")[0], flags=re.MULTILINE)


def reason_of(section: str, value: Any) -> str | None:
    return validate.validate(RawRecord(section, 0, deleted=False, value=value)).reason


def raised_in(module: Any) -> Iterator[str]:
    """The codes of the errors of our own that a module raises."""
    for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "PydanticCustomError":
            code = node.args[0]
            assert isinstance(code, ast.Constant)
            yield str(code.value)


def reported_in(module: Any) -> Iterator[str]:
    """The codes that a module writes into a report of its own accord."""
    for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Dict):
            for name, value in zip(node.keys, node.values, strict=True):
                if (
                    isinstance(name, ast.Constant)
                    and name.value == "code"
                    and isinstance(value, ast.Constant)
                ):
                    yield str(value.value)


@in_both_languages
@pytest.mark.parametrize("section", ENUMS)
def test_the_codes_of_an_enum_are_explained(section: str, folder: Path) -> None:
    assert Counter(explained(section, folder)) == Counter(code.value for code in ENUMS[section])


@in_both_languages
def test_the_reasons_of_rejected_records_are_explained(folder: Path) -> None:
    # Pydantic's own `missing` needs no translation.
    there_are = {*validate._CODES.values(), "missing", entry.DUPLICATE, entry.MANDANT_NOT_LISTED}
    there_are |= {*raised_in(fields), *raised_in(models), *OF_READERS, *OF_A_FELDMAPPING}

    assert Counter(explained(REJECTED, folder)) == Counter(there_are)


@in_both_languages
def test_what_only_the_local_report_says_is_explained(folder: Path) -> None:
    assert explained(LOCAL, folder) == sorted(set(reported_in(run_report)) - set(Problem))


@in_both_languages
def test_no_other_section_explains_codes(folder: Path) -> None:
    everywhere = re.findall(r"^\| `(\w+)` \|", page(folder), flags=re.MULTILINE)

    assert len(everywhere) == sum(len(explained(section, folder)) for section in IN_GERMAN)


@pytest.mark.parametrize(("code", "section", "value"), BAD)
def test_a_bad_record_has_the_reason_that_the_page_gives(code: str, section: str, value: Any) -> None:
    assert reason_of(section, value) == code


def test_every_reason_of_a_single_record_has_an_example_here() -> None:
    of_several = {entry.DUPLICATE, entry.MANDANT_NOT_LISTED, *OF_READERS}

    assert {code for code, _, _ in BAD} == set(explained(REJECTED)) - of_several - OF_A_FELDMAPPING


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=5), values, max_size=3),
    max_leaves=5,
)
NAMES = {
    *models.Verwaltungseinheit.model_fields,
    *models.Mieter.model_fields,
    *models.Mietvertrag.model_fields,
}


EXPLAINED = {None, *explained(REJECTED)}


@given(
    section=st.sampled_from(sorted(SECTIONS)),
    changes=st.dictionaries(st.sampled_from(sorted(NAMES)), JSON, max_size=3),
    whole=st.one_of(st.none(), JSON),
)
def test_any_record_is_accepted_or_has_an_explained_reason(
    section: str, changes: dict[str, Any], whole: Any
) -> None:
    assert reason_of(section, GOOD[section] | changes) in EXPLAINED
    assert reason_of(section, whole) in EXPLAINED
