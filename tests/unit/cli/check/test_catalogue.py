"""docs/erp/en/check.md tells of every defect that there is, and of none that there is not."""

import re

import pytest
from kiwi_cli.texts import GradedMeaning, codes

from tests.unit.cli.check.looking import DIRTY, DIRTY_CSV, ROOT, look
from tests.unit.cli.check.looking import codes as codes_of

TEXT = (ROOT / "docs" / "erp" / "en" / "check.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z_]+)` \| (error|warning|note) \| (.+) \| (.+) \|$", re.MULTILINE)
TOLD = {code: (severity, title, remedy) for code, severity, title, remedy in ROW.findall(TEXT)}
CATALOGUE = codes().findings
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
"""The defects that the dirty files lack: see the tests beside this one."""


def test_the_page_lists_all_of_them() -> None:
    assert list(TOLD) == list(CATALOGUE)


@pytest.mark.parametrize(("code", "texts"), CATALOGUE.items(), ids=CATALOGUE)
def test_the_page_says_the_same(code: str, texts: GradedMeaning) -> None:
    assert TOLD[code] == (texts.severity, texts.en, texts.remedy.en)


def test_the_dirty_files_or_another_test_have_each_of_them() -> None:
    assert set(codes_of(look(DIRTY))) | set(codes_of(look(DIRTY_CSV))) == set(CATALOGUE) - ELSEWHERE
