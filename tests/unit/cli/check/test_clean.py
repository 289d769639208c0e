"""No false alarms: where nothing is wrong, nothing is found."""

from hypothesis import given, settings

from tests.extent import extent
from tests.unit.cli.check.clean import clean_exports
from tests.unit.cli.check.looking import Json, codes, export, look


@settings(max_examples=extent(30, 100))
@given(clean_exports())
def test_nothing_is_found_in_a_clean_export(document: Json) -> None:
    report = look(document)
    assert report.findings == []
    assert report.exit_code == 0


def test_the_samples_of_these_tests_are_clean() -> None:
    assert codes(look(export())) == {}
