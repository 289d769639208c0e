"""Mandanten that are no longer selected: they go with the next full export, and are not forgotten before."""

import pytest
from kiwi_extract.bookkeeping.mandanten import seen_mandanten
from kiwi_extract.bookkeeping.runs import Status

from tests.unit.extract.exports import CONNECTION, delta, full, tenant
from tests.unit.extract.rig import Rig, text

BOTH = ("0001", "0002")


def seen(rig: Rig) -> set[str]:
    return set(seen_mandanten(rig.table, CONNECTION))


def deselected(hour: int = 1) -> Rig:
    """A rig with a tenant in each of two Mandanten, of which the second is no longer selected."""
    rig = Rig()
    rig.settings.store(*BOTH)
    rig.extract(full(hour, [tenant("1"), tenant("2", "0002")], BOTH))
    rig.settings.store("0001")
    rig.transform.take()
    return rig


@pytest.mark.parametrize("listed", [["0001"], ["0001", "0002"], ["0009"]])
def test_a_deselected_mandant_goes_with_the_next_full_export(listed: list[str]) -> None:
    rig = deselected()
    rig.extract(full(2, [tenant("1"), tenant("2", "0002")] if "0001" in listed else [], listed))
    assert rig.live().keys() == {text("1")}
    assert rig.transform.keys() == [text("2", "0002")]
    assert seen(rig) == {"0001"}


def test_it_goes_also_when_keys_of_the_export_cannot_be_read() -> None:
    rig = deselected()
    rig.extract(full(2, [{"nummer": "1"}]))
    assert rig.live().keys() == {text("1")}


def test_a_delta_lets_nothing_go_and_stores_nothing_of_it() -> None:
    rig = deselected()
    rig.extract(delta(2, [tenant("2", "0002", firma="new"), tenant("3", "0002")]))
    assert rig.live().keys() == {text("1"), text("2", "0002")}
    assert (seen(rig), rig.transform.keys()) == (set(BOTH), [])


def test_it_is_remembered_while_something_newer_stays() -> None:
    rig = deselected(hour=5)
    rig.extract(full(4))
    assert text("2", "0002") in rig.live()
    assert seen(rig) == set(BOTH)
    rig.extract(full(6))
    assert text("2", "0002") not in rig.live()
    assert seen(rig) == {"0001"}


def test_it_is_remembered_while_something_newer_stays_over_many_invocations() -> None:
    rig = deselected(hour=5)
    rig.clock.tick = rig.deadline(1).ends - rig.clock.now
    assert rig.until_done(full(4), minutes=30) > 2
    assert seen(rig) == set(BOTH)


def test_one_that_is_selected_again_comes_back() -> None:
    rig = deselected()
    rig.extract(full(2, [tenant("1")]))
    rig.settings.store(*BOTH)
    rig.extract(full(3, [tenant("1"), tenant("2", "0002")], BOTH))
    assert rig.live().keys() == {text("1"), text("2", "0002")}
    assert seen(rig) == set(BOTH)


def test_settings_that_change_in_the_middle_of_a_run() -> None:
    rig = Rig()
    rig.settings.store(*BOTH)
    export = full(1, [tenant(str(number), mandant) for number in range(40) for mandant in BOTH], BOTH)
    rig.clock.tick = rig.deadline(1).ends - rig.clock.now
    for _ in range(2):
        assert rig.extract(export, minutes=60) is Status.WORKING
    assert any("0002" in key for key in rig.live())
    rig.settings.store("0001")
    rig.until_done(export, minutes=60)
    assert {key for key in rig.live() if "/0002/" in key} == set()
    assert len(rig.tenants()) == 40
    assert seen(rig) == {"0001"}
