"""The tenants that want an address."""

from kiwi_sync.keys import RowKey
from kiwi_sync.state.wants import Want, all_within_limit, delete_want, email_claim, wants, write_want

from tests.fakes.memory import MemoryTable

CLAIM = email_claim("c", "info@example.org")


def want(number: int, limit: int = 3) -> Want:
    return Want(RowKey.parse(f"c/mieter/0001/{number}"), limit)


def test_wants_are_written_and_deleted_one_by_one() -> None:
    table = MemoryTable()
    for one in (want(2), want(1), want(1, limit=5)):
        write_want(table, CLAIM, one)
    assert wants(table, CLAIM) == [want(1, limit=5), want(2)]
    delete_want(table, CLAIM, want(1).key)
    delete_want(table, CLAIM, want(1).key)
    assert wants(table, CLAIM) == [want(2)]
    assert wants(table, email_claim("c", "other@example.org")) == []


def test_no_more_than_matter_are_read() -> None:
    table = MemoryTable()
    for number in range(500):
        write_want(table, CLAIM, want(number))
    assert len(wants(table, CLAIM, 3)) == 4
    assert len(wants(table, CLAIM)) == 101


def test_the_largest_limit_decides_who_is_sent() -> None:
    assert all_within_limit([want(1, 1)])
    assert not all_within_limit([want(1, 1), want(2, 1)])
    assert all_within_limit([want(1, 1), want(2, 2)])
    assert all_within_limit([])


def test_no_address_lies_in_a_key() -> None:
    assert "info" not in CLAIM
    assert email_claim("d", "info@example.org") != CLAIM
