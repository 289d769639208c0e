"""docs/erp/en/check.md tells of every defect that there is, and of none that there is not."""

import re

import pytest
from kiwi_cli.check.defects import CATALOGUE, Defect
from kiwi_cli.check.defects.rejected import REASONS, reason
from kiwi_extract.records.validate import _CODES

from tests.unit.cli.check.looking import DIRTY, DIRTY_CSV, ROOT, codes, look

TEXT = (ROOT / "docs" / "erp" / "en" / "check.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z_]+)` \| (error|warning|note) \| (.+) \| (.+) \|$", re.MULTILINE)
TOLD = {code: (severity, title, remedy) for code, severity, title, remedy in ROW.findall(TEXT)}
ELSEWHERE = {
    "section_empty",
    "parts_missing",
    "table_not_used",
    "connection_differs",
    "mandant_absent",
    "mandant_not_selected",
    "deleted_and_there",
    "field_never_filled",
    "not_here",
    "email_blocked",
    "address_too_long",
    "lease_renewed",
    "not_json_line",
    "unknown_typ",
    "not_a_flag",
    "excel_error",
    "number_unclear",
    "pattern_mismatch",
    "value_not_mapped",
    "rows_disagree",
}
"""What does not stand beside the defects of the dirty files: see the tests beside this one."""


def test_the_page_lists_all_of_them() -> None:
    assert list(TOLD) == list(CATALOGUE)


@pytest.mark.parametrize("defect", CATALOGUE.values(), ids=CATALOGUE)
def test_the_page_says_the_same(defect: Defect) -> None:
    assert TOLD[defect.code] == (defect.severity, defect.title.en, defect.remedy.en)


@pytest.mark.parametrize("defect", CATALOGUE.values(), ids=CATALOGUE)
def test_each_is_told_in_two_languages_as_sentences(defect: Defect) -> None:
    for text in (defect.title, defect.remedy):
        assert text.de
        assert text.en
        assert text.de != text.en or text.de == "Delta"
    assert defect.remedy.de.endswith((".", "?"))
    assert defect.remedy.en.endswith((".", "?"))


def test_the_dirty_files_or_another_test_have_each_of_them() -> None:
    assert set(codes(look(DIRTY))) | set(codes(look(DIRTY_CSV))) == set(CATALOGUE) - ELSEWHERE


def test_every_reason_of_extract_is_known() -> None:
    assert set(_CODES.values()) <= set(REASONS)


def test_a_reason_that_is_new_is_told_all_the_same() -> None:
    new = reason("new_reason")
    assert new.code == "new_reason"
    assert "new_reason" in new.title.en
