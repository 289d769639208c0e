"""The dirty files of the documentation: each of their defects is found, at its record, and nothing else."""

import re
from typing import NamedTuple

import pytest
from kiwi_cli.texts import codes

from tests.unit.cli.check.looking import ROOT, look, places

PAGE = (ROOT / "docs" / "erp" / "en" / "check.md").read_text(encoding="utf-8")
FILE = re.compile(r"### `(tests/data/.+)`")
ROW = re.compile(
    r"\| (?P<number>\d+) \| (?P<what>.+?) \| `?(?P<where>[a-z]+(?:\[\d+\]| \d+)?)`? \| "
    r"`(?P<code>[a-z_]+)` \| (?P<says>.+) \|"
)


class Row(NamedTuple):
    """A defect, as the page tells it."""

    number: int
    what: str
    where: str
    code: str
    says: str


def _tables() -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {}
    for line in PAGE.splitlines():
        if heading := FILE.fullmatch(line):
            rows = tables.setdefault(heading[1], [])
        elif row := ROW.fullmatch(line):
            number, *texts = row.groups()
            rows.append(Row(int(number), *texts))
    return tables


TABLES = _tables()
FOUND = {file: look(ROOT / file) for file in TABLES}
ROWS = [(file, row) for file, rows in TABLES.items() for row in rows]
each = pytest.mark.parametrize(("file", "row"), ROWS, ids=[f"{row.number}-{row.code}" for _, row in ROWS])


def test_the_tables_number_more_than_forty_defects() -> None:
    assert list(TABLES) == ["tests/data/dirty.json", "tests/data/dirty-mieter.csv"]
    for rows in TABLES.values():
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert len({row.code for _, row in ROWS}) > 40


@each
def test_each_defect_is_found_where_it_is(file: str, row: Row) -> None:
    assert (row.where, row.code) in places(FOUND[file])


@each
def test_the_table_says_what_check_says(file: str, row: Row) -> None:
    assert row.says == codes().findings[row.code].title.en
    assert (ROOT / file).exists()


@pytest.mark.parametrize("file", TABLES)
def test_nothing_else_is_found(file: str) -> None:
    assert places(FOUND[file]) == {(row.where, row.code) for row in TABLES[file]}
