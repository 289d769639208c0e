"""Several exports: order, deletions, rejected records, refused exports."""

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.oracle import Expected, expected_content
from tests.unit.oracle.small import MANDANTEN, Json, delta, full, lease, person, unit

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _expected(*exports: Json, **settings: Any) -> Expected:
    defaults: Json = {"separator": "-", "mandanten": MANDANTEN, "now": NOW}
    return expected_content(exports, **(defaults | settings))


def _units(*exports: Json, **settings: Any) -> set[str]:
    return set(_expected(*exports, **settings).rental_units)


def test_order_and_repetition_in_the_list_change_nothing() -> None:
    exports = [
        full(1, u=[unit("1"), unit("2")], m=[person()], v=[lease()]),
        delta(
            2, u=[unit("2", bezeichnung="Neu")], geloescht={"mieter": [{"mandant": "0001", "nummer": "1"}]}
        ),
        full(3, u=[unit("2", bezeichnung="Neuer"), unit("3")], m=[person("2")], v=[]),
    ]
    wanted = _expected(*exports)
    assert set(wanted.rental_units) == {"0001-100-2", "0001-100-3"}
    for order in itertools.permutations([*exports, exports[0], exports[1]]):
        assert _expected(*order) == wanted


def test_instants_count_and_not_their_spelling() -> None:
    earlier = delta(5, u=[unit(bezeichnung="alt")], exported_at="2026-11-05T01:30:00+01:00")
    later = delta(5, u=[unit(bezeichnung="neu")], exported_at="2026-11-05T00:31:00Z")
    assert _expected(later, earlier).rental_units["0001-100-1"]["name"] == "neu"


def test_the_export_id_decides_between_equal_instants() -> None:
    first = delta(5, u=[unit(bezeichnung="alt")], export_id="a")
    second = delta(5, u=[unit(bezeichnung="neu")], export_id="b")
    assert _expected(second, first).rental_units["0001-100-1"]["name"] == "neu"


def test_gone_is_what_a_full_export_leaves_out_where_it_is_complete() -> None:
    before = full(1, u=[unit("1"), unit("1", mandant="0002")])
    assert _units(before, full(2, mandanten=["0001"])) == {"0002-100-1"}
    assert _units(before, full(2)) == set()
    assert _units(before, delta(2)) == {"0001-100-1", "0002-100-1"}


def test_deleted_wins_over_the_same_key_in_the_same_export() -> None:
    deleted = {"verwaltungseinheiten": [{"mandant": "0001", "wirtschaftseinheit": 100, "nummer": " 1 "}]}
    assert _units(delta(1, u=[unit("1"), unit("2")], geloescht=deleted)) == {"0001-100-2"}
    assert _units(full(1, u=[unit("1")], geloescht=deleted)) == {"0001-100-1"}


def test_deletions_that_cannot_be_read_change_nothing() -> None:
    deleted = {"verwaltungseinheiten": [{"mandant": "0001", "nummer": "1"}, "x", {}]}
    assert _units(full(1, u=[unit()]), delta(2, geloescht=deleted)) == {"0001-100-1"}


@pytest.mark.parametrize("bad", [{"ort": True}, {"latitude": 91}, {"longitude": "13"}, {"plz": ["1"]}])
def test_a_rejected_record_keeps_what_was_there(bad: Json) -> None:
    before = full(1, u=[unit("1"), unit("2")])
    assert _units(before, full(2, u=[unit("1", **bad)])) == {"0001-100-1"}
    assert _units(full(2, u=[unit("1", **bad)])) == set()


def test_the_same_key_twice_is_rejected_both_times() -> None:
    twice = full(2, u=[unit("1", bezeichnung="a"), unit("1", nummer=1, bezeichnung="b"), unit("3")])
    assert _expected(full(1, u=[unit("1")]), twice).rental_units["0001-100-1"]["name"] == "Laden"
    assert _units(twice) == {"0001-100-3"}


@pytest.mark.parametrize("nummer", [None, "", "  ", "x" * 65, "1\n2", "1\x7f2", True, 1.5, ["1"]])
def test_nothing_is_gone_where_a_key_cannot_be_read(nummer: Any) -> None:
    before = full(1, u=[unit("1"), unit("1", mandant="0002")], m=[person()])
    after = full(2, u=[unit(nummer=nummer), unit("2")])
    expected = _expected(before, after)
    assert set(expected.rental_units) == {"0001-100-1", "0001-100-2"}
    assert expected.tenants == {}


@pytest.mark.parametrize("bad", [{"nummer": "1"}, unit(mandant=1.5), "0001", None])
def test_nothing_of_the_kind_is_gone_where_a_mandant_cannot_be_read(bad: Any) -> None:
    before = full(1, u=[unit("1"), unit("1", mandant="0002")], m=[person()])
    expected = _expected(before, full(2, u=[bad]))
    assert set(expected.rental_units) == {"0001-100-1", "0002-100-1"}
    assert expected.tenants == {}


def test_a_mandant_that_is_not_selected_is_not_looked_at() -> None:
    foreign = [unit("1", mandant="0003"), unit(mandant="0003", nummer=None)]
    assert _units(full(1, u=[unit("1")]), full(2, u=foreign)) == set()
    assert _units(full(1, u=foreign, mandanten=["0003"]), mandanten=["0003"]) == {"0003-100-1"}


def test_a_missing_list_is_an_empty_one() -> None:
    assert _units(full(1, u=[unit()]), full(2) | {"verwaltungseinheiten": None}) == set()


def test_a_mandant_that_the_full_export_does_not_list_is_rejected() -> None:
    unlisted = full(2, u=[unit("1"), unit("2", mandant="0002")], mandanten=["0001"])
    assert _units(full(1, u=[unit("3", mandant="0002")]), unlisted) == {"0001-100-1", "0002-100-3"}


@pytest.mark.parametrize(
    "change",
    [
        {"format": "erp-export/2"},
        {"connection": None},
        {"export_id": "mit Leerzeichen"},
        {"export_id": "x" * 129},
        {"exported_at": "2026-11-02T02:00:00"},
        {"exported_at": "gestern"},
        {"exported_at": None},
        {"exported_at": "2026-11-22T01:00:01Z"},
        {"exported_at": "2026-09-22T23:59:59Z"},
        {"scope": "teilweise"},
        {"mandanten": None},
        {"mandanten": []},
        {"mandanten": [True]},
        {"anzahl": {"verwaltungseinheiten": 1}},
        {"anzahl": {"mieter": True}},
        {"anzahl": [0]},
        {"verwaltungseinheiten": {}},
    ],
)
def test_a_document_that_is_refused_changes_nothing(change: Json) -> None:
    assert _units(full(1, u=[unit()]), full(2) | change) == {"0001-100-1"}


@pytest.mark.parametrize("document", [None, [], "{"])
def test_what_is_no_document_changes_nothing(document: Any) -> None:
    assert _units(full(1, u=[unit()]), document) == {"0001-100-1"}


@pytest.mark.parametrize("exported_at", ["2026-11-22T01:00:00Z", "2026-11-02T02:00:00.5+01:00"])
def test_a_document_in_time_is_accepted(exported_at: str) -> None:
    counted = {"anzahl": {"verwaltungseinheiten": 0, "mieter": None}}
    assert _units(full(1, u=[unit()]), full(2, exported_at=exported_at) | counted) == set()


def test_age_does_not_count_without_a_clock() -> None:
    assert _units(full(1, u=[unit()], exported_at="2020-01-01T00:00:00Z"), now=None) == {"0001-100-1"}


def test_a_delta_needs_only_what_it_has_to_say() -> None:
    says = delta(2, u=[unit("2")])
    del says["mieter"], says["mietvertraege"]
    assert _units(full(1, u=[unit()]), says) == {"0001-100-1", "0001-100-2"}
