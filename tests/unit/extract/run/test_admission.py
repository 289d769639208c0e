"""Which exports may be used at all."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.run.admission import FUTURE, PAST, admit, connection_of, identity
from kiwi_sync.connections import Connection, SettingsInvalidError
from kiwi_sync.erp.envelope import Envelope
from kiwi_sync.rules.reasons import RejectedExport

from tests.unit.extract.exports import CONNECTION, NOW, Export, delta, document, full, tenant, unit
from tests.unit.extract.rig import StoredSettings

EXPORT = full(1, [tenant("1"), tenant("2")], verwaltungseinheiten=[unit("1")])


def admitted(export: Export) -> Envelope:
    read = document(export)
    assert sum(1 for _ in read.records()) >= 0
    return admit(read, NOW)


def refused(export: Export) -> RejectedExportError:
    with pytest.raises(RejectedExportError) as caught:
        admitted(export)
    return caught.value


def test_a_good_one() -> None:
    envelope = admitted({**EXPORT, "anzahl": {"mieter": 2, "mietvertraege": 0, "other": 7}, "more": 1})
    assert (envelope.connection, envelope.export_id, envelope.is_full) == (CONNECTION, "e1", True)
    assert envelope.version == "2026-11-02T13:00:00.000000Z e1"
    assert envelope.mandanten == ("0001",)


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"connection": "c/1"}, "connection: "),
        ({"connection": None}, "connection: "),
        ({"export_id": "x" * 129}, "export_id: "),
        ({"export_id": "a b"}, "export_id: "),
        ({"export_id": []}, "export_id: "),
        ({"exported_at": "2026-11-20T02:00:00"}, "exported_at: "),
        ({"exported_at": "2026-11-20"}, "exported_at: "),
        ({"exported_at": "1763600400"}, "exported_at: "),
        ({"exported_at": 1763600400}, "exported_at: "),
        ({"exported_at": "yesterday"}, "exported_at: "),
        ({"scope": "Full"}, "scope: "),
        ({"scope": []}, "scope: "),
        ({"mandanten": []}, "mandanten: "),
        ({"mandanten": None}, "mandanten: "),
        ({"mandanten": "0001"}, "mandanten: "),
        ({"mandanten": ["0001", {}]}, "mandanten.1: "),
        ({"anzahl": []}, "anzahl: "),
        ({"anzahl": {"mieter": "2"}}, "anzahl.mieter: "),
        ({"anzahl": {"mieter": 2.0}}, "anzahl.mieter: "),
        ({"anzahl": {"mieter": True}}, "anzahl.mieter: "),
        ({"format": "erp-export/2"}, "format: "),
    ],
)
def test_a_bad_envelope(change: dict[str, Any], detail: str) -> None:
    error = refused({**EXPORT, **change})
    assert error.reason is RejectedExport.ENVELOPE_INVALID
    assert error.detail.startswith(detail)


@pytest.mark.parametrize("export", [{}, {"mieter": []}, {**EXPORT, "format": None}, {**EXPORT, "format": ""}])
def test_what_does_not_say_that_it_is_an_export(export: Export) -> None:
    assert refused(export).reason is RejectedExport.NOT_AN_EXPORT


def test_a_delta_needs_no_mandanten() -> None:
    assert admitted(delta(1)).mandanten == ()


@pytest.mark.parametrize("told", [0, 1, 3, -1])
def test_missing_records(told: int) -> None:
    error = refused({**EXPORT, "anzahl": {"mieter": told}})
    detail = f"anzahl.mieter: says {told}, but 2 records are there"
    assert (error.reason, error.detail) == (RejectedExport.COUNT_MISMATCH, detail)


def test_deletions_do_not_count() -> None:
    assert admitted({**delta(1, [tenant("1")], [tenant("2")]), "anzahl": {"mieter": 1}})


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (NOW + FUTURE, None),
        (NOW + FUTURE + timedelta(seconds=1), RejectedExport.IN_FUTURE),
        (NOW - PAST, None),
        (NOW - PAST - timedelta(seconds=1), RejectedExport.TOO_OLD),
    ],
)
def test_only_so_far_from_now(moment: Any, reason: RejectedExport | None) -> None:
    export = {**EXPORT, "exported_at": moment.isoformat()}
    if reason is None:
        assert admitted(export).exported_at == moment
    else:
        assert refused(export).reason is reason


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_time(moment: str) -> None:
    assert refused({**EXPORT, "exported_at": moment}).reason in {
        RejectedExport.TOO_OLD,
        RejectedExport.IN_FUTURE,
    }


def test_an_unknown_connection() -> None:
    with pytest.raises(RejectedExportError) as caught:
        connection_of(StoredSettings(), "nobody")
    assert caught.value.reason is RejectedExport.UNKNOWN_CONNECTION


def test_broken_settings_are_told_by_field() -> None:
    class Broken(StoredSettings):
        def get(self, connection: str, at_least: int | None = None) -> Connection:
            raise SettingsInvalidError("separator: not allowed")

    with pytest.raises(RejectedExportError) as caught:
        connection_of(Broken(), CONNECTION)
    assert caught.value.reason is RejectedExport.SETTINGS_INVALID
    assert "separator" in caught.value.detail


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        ({}, (None, None)),
        ({"connection": "c", "export_id": "e", "scope": 7}, ("c", "e")),
        ({"connection": "%run#c", "export_id": "e"}, (None, "e")),
        ({"connection": "c", "export_id": "e e"}, ("c", None)),
        ({"connection": {}, "export_id": []}, (None, None)),
    ],
)
def test_as_much_of_the_identity_as_can_be_read(raw: dict[str, Any], known: tuple[str, str]) -> None:
    assert identity(raw) == known


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=3))


@given(st.dictionaries(st.sampled_from([*EXPORT, "anzahl"]), VALUES))
def test_whatever_the_envelope_is_it_is_admitted_or_refused(changes: dict[str, Any]) -> None:
    read = document({**EXPORT, **changes, "mieter": [], "verwaltungseinheiten": []})
    assert list(read.records()) == []
    identity(read.envelope)
    try:
        detail = str(admit(read, NOW).format)
    except RejectedExportError as error:
        detail = error.detail
    told = [value for value in changes.values() if isinstance(value, str) and len(value) > 9]
    assert not any(value in detail for value in told)
