"""The embedded KIWI keeps the whole table, over sockets and without."""

from collections import Counter

import pytest

from tests.contract.kiwi.client import Kiwi
from tests.contract.kiwi.table import EVERYWHERE, Row, rows

ROWS = rows()


@pytest.mark.parametrize(
    ("row", "transport"),
    [pytest.param(row, transport, id=f"{row.id}-{transport}") for row in ROWS for transport in row.over],
)
def test_the_embedded_kiwi_keeps(row: Row, kiwi: Kiwi) -> None:
    row.play(kiwi)


def test_every_row_has_an_id_of_its_own() -> None:
    assert [key for key, count in Counter(row.id for row in ROWS).items() if count > 1] == []


def test_every_row_says_something_of_its_own() -> None:
    assert [text for text, count in Counter(row.statement for row in ROWS).items() if count > 1] == []
    assert [row.id for row in ROWS if not row.statement.rstrip("*").endswith(".")] == []


def test_every_row_is_played_somewhere() -> None:
    assert [row.id for row in ROWS if not row.over or not set(row.over) <= set(EVERYWHERE)] == []
