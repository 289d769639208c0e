"""Exports in several objects: worked as one once all parts are there, and only then."""

import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from kiwi_extract.inbox.parts import SplitExport

from tests.unit.extract.aws import Cloud
from tests.unit.extract.brake.houses import approve, hold, houses, numbers, synchronize
from tests.unit.extract.exports import CONNECTION, NOW, Export, delta, encoded, full, tenant
from tests.unit.extract.inbox.uploads import csvs, runs, todays_desk, upload, work_on
from tests.unit.extract.test_stage import Desk
from tests.written import as_csv, as_ndjson


@pytest.fixture
def desk(stack: Cloud) -> Desk:
    return todays_desk(stack)


def parts(count: int) -> list[Export]:
    """A full export in so many parts, of a tenant each."""
    now = datetime.now(UTC).isoformat()
    return [
        {**full(1, [tenant(str(number))]), "exported_at": now, "teil": {"nummer": number, "von": count}}
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("order", list(itertools.permutations([0, 1, 2])))
@pytest.mark.parametrize("inline", [True, False])
def test_parts_in_any_order_are_one_export(
    stack: Cloud, desk: Desk, order: tuple[int, ...], *, inline: bool
) -> None:
    desk.rig.table.items.clear()
    for place, index in enumerate(order):
        assert desk.rig.tenants() == set()
        part = parts(3)[index]
        part["exported_at"] = "2026-11-20T02:00:00+01:00"
        desk.rig.clock.now = NOW
        if inline:
            desk.handle(part)
        else:
            upload(stack, desk, f"exports/part{index}.json", encoded(part))
        waiting = runs(desk).get("e1", {})
        assert waiting.get("status") == ("incomplete" if place < 2 else None)
    assert work_on(desk) == 1
    assert desk.rig.tenants() == {"1", "2", "3"}
    assert {name[:3]: run["status"] for name, run in runs(desk).items()} == {"e1": "done"}


def test_nothing_is_gone_before_all_parts_are_there(stack: Cloud, desk: Desk) -> None:
    desk.rig.clock.now = NOW
    desk.handle(full(0, [tenant("1"), tenant("2"), tenant("9")]))
    first, second = ({**part, "exported_at": full(1)["exported_at"]} for part in parts(2))
    desk.handle(first)
    assert work_on(desk) == 0
    assert desk.rig.tenants() == {"1", "2", "9"}
    assert "parts received: 1 of 2; missing: 2" in str(runs(desk)["e1"]["detail"])
    desk.handle(second)
    work_on(desk)
    assert desk.rig.tenants() == {"1", "2"}


def test_the_same_part_again_and_again_changes_nothing(desk: Desk) -> None:
    desk.rig.clock.now = NOW
    first, second = ({**part, "exported_at": full(1)["exported_at"]} for part in parts(2))
    for _ in range(3):
        desk.handle(first)
    assert work_on(desk) == 0
    desk.handle(second)
    assert work_on(desk) == 1
    assert runs(desk)["e1"]["status"] == "done"


@pytest.mark.parametrize("change", [{"scope": "delta"}, {"connection": "c2"}, {"mandanten": ["0002"]}])
def test_parts_that_do_not_belong_together(desk: Desk, change: dict[str, Any]) -> None:
    desk.rig.clock.now = NOW
    first, second = ({**part, "exported_at": full(1)["exported_at"]} for part in parts(2))
    for part in (first, {**second, **change}):
        desk.handle(part)
    work_on(desk)
    assert desk.rig.tenants() == set()


def test_parts_by_their_names(stack: Cloud, desk: Desk) -> None:
    base = f"exports/{CONNECTION}/full/nacht"
    upload(stack, desk, f"{base}-teil-1-von-2-mieter.csv", csvs()["mieter.csv"])
    assert runs(desk).keys() == {name for name in runs(desk) if name.startswith("nacht-")}
    upload(stack, desk, f"{base}-teil-2-von-2-einheiten.csv", csvs()["einheiten.csv"])
    assert work_on(desk) == 1
    assert {row.split("/")[1] for row in desk.rig.live()} == {"mieter", "verwaltungseinheit"}


@pytest.mark.parametrize(
    "name", ["teil-001-von-002", "teil1von2", "TEIL-1-von2", "teil_1__von_2", "Teil 1 von 2", "teil1-von 02"]
)
def test_part_names_in_every_manner(stack: Cloud, desk: Desk, name: str) -> None:
    folder = f"exports/{CONNECTION}/full"
    upload(stack, desk, f"{folder}/anfang.csv", as_csv("mieter", [tenant("1"), tenant("2")], "cp1252"))
    upload(stack, desk, f"{folder}/nacht-{name}.csv", as_csv("mieter", [tenant("1")], "cp1252"))
    assert desk.rig.tenants() == {"1", "2"}
    other = name.replace("1", "2", 1)
    upload(stack, desk, f"{folder}/nacht-{other}.csv", as_csv("mieter", [tenant("3")], "cp1252"))
    assert work_on(desk) == 1
    assert desk.rig.tenants() == {"1", "3"}


@pytest.mark.parametrize(
    "number", ["0-von-2", "3-von-2", "1-von-51", "1-von-100", "1von1000", "1-von-0", "1-von-" + "9" * 200]
)
def test_names_that_no_part_has(stack: Cloud, desk: Desk, number: str) -> None:
    upload(stack, desk, f"exports/{CONNECTION}/full/teil-{number}.csv", csvs()["mieter.csv"])
    assert [run["reason"] for run in runs(desk).values()] == ["envelope_invalid"]
    assert desk.rig.tenants() == set()


def test_a_word_in_a_name_makes_no_part(stack: Cloud, desk: Desk) -> None:
    upload(stack, desk, f"exports/{CONNECTION}/full/vorteil-von-2026.csv", csvs()["mieter.csv"])
    assert desk.rig.tenants() == {"4711"}


@pytest.mark.parametrize("bad", [1, 2])
def test_a_part_that_cannot_be_read_refuses_the_whole(stack: Cloud, desk: Desk, bad: int) -> None:
    base = f"exports/{CONNECTION}/full/nacht-teil"
    for number in (1, 2):
        content = b"x;y\n1;2\n" if number == bad else csvs()["mieter.csv"]
        upload(stack, desk, f"{base}-{number}-von-2.csv", content)
    work_on(desk)
    ((_, run),) = runs(desk).items()
    assert (run["status"], run["reason"]) == ("rejected", "no_table")
    again = json.loads(stack.content(str(run["kept"])))
    assert [part["key"] for part in again["parts"]] == [f"{base}-1-von-2.csv", f"{base}-2-von-2.csv"]


def test_a_held_export_in_parts_comes_again_whole(desk: Desk) -> None:
    desk.rig.clock.now = NOW
    desk.rig.settings.store("0001", brake_agreements=0, brake_percent=0)
    desk.handle(full(0, **houses(numbers(2))))
    synchronize(desk.rig)
    for number, some in enumerate((houses(numbers(1)), houses([])), start=1):
        desk.handle({**full(1, **some), "teil": {"nummer": number, "von": 2}})
    work_on(desk)
    assert runs(desk)["e1"]["status"] == "held"
    assert desk.rig.tenants() == set(numbers(2))
    approve(desk.rig, 1)
    desk.handle(str(hold(desk.rig, 1).document))
    assert desk.rig.tenants() == set(numbers(1))


def test_parts_in_ndjson(stack: Cloud, desk: Desk) -> None:
    now = datetime.now(UTC).isoformat()
    for number in (1, 2):
        envelope = {**delta(1), "exported_at": now, "teil": {"nummer": number, "von": 2}}
        content = as_ndjson(
            {name: envelope[name] for name in envelope if name not in ("mieter", "geloescht")},
            {"mieter": [tenant(str(number))]},
        )
        upload(stack, desk, f"exports/{number}.ndjson", content)
    work_on(desk)
    assert desk.rig.tenants() == {"1", "2"}


@pytest.mark.parametrize(
    "teil", [{"nummer": 3, "von": 2}, {"nummer": 0, "von": 2}, {"von": 2}, "2", {"nummer": "1", "von": 2}]
)
def test_a_part_that_cannot_be(desk: Desk, teil: Any) -> None:
    desk.rig.clock.now = NOW
    desk.handle({**full(1, [tenant("1")]), "teil": teil})
    assert (runs(desk)["e1"]["reason"], desk.rig.tenants()) == ("envelope_invalid", set())


def test_a_single_part_is_a_whole(desk: Desk) -> None:
    desk.rig.clock.now = NOW
    desk.handle({**full(1, [tenant("1")]), "teil": {"nummer": 1, "von": 1}})
    assert desk.rig.tenants() == {"1"}


def test_what_parts_count_is_added_up(desk: Desk) -> None:
    desk.rig.clock.now = NOW
    for hour, counted in ((1, 1), (2, 2)):
        for number in (1, 2):
            anzahl = {"mieter": counted, "verwaltungseinheiten": 0, "mietvertraege": 0}
            desk.handle(
                {**full(hour, [tenant(str(number))]), "anzahl": anzahl, "teil": {"nummer": number, "von": 2}}
            )
        work_on(desk)
    assert [runs(desk)[name].get("reason") for name in ("e1", "e2")] == [None, "count_mismatch"]


WHOLE = {"mieter": 1, "verwaltungseinheiten": 0, "mietvertraege": 0}


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({}, {"anzahl": {"mieter": 1}}, None),
        ({"anzahl": WHOLE}, {"anzahl": None}, None),
        ({"anzahl": {"mieter": 2}}, {}, "count_mismatch"),
        ({}, {"anzahl": {"mieter": 0}}, "count_mismatch"),
        ({"anzahl": WHOLE}, {"anzahl": {"mieter": 1, "mietvertraege": 1}}, "count_mismatch"),
        ({}, {"anzahl": {"mieter": "1"}}, "envelope_invalid"),
        ({"dry_run": False}, {"dry_run": None}, None),
        ({}, {"dry_run": True}, "parts_differ"),
        ({"dry_run": True}, {}, "parts_differ"),
    ],
)
def test_what_parts_say_of_themselves(
    stack: Cloud, desk: Desk, first: Export, second: Export, reason: str | None
) -> None:
    desk.rig.clock.now = NOW
    for number, more in enumerate((first, second), start=1):
        key = f"exports/{CONNECTION}/full/nacht-teil-{number}-von-2.json"
        upload(stack, desk, key, encoded({**full(1, [tenant(str(number))]), **more}))
    work_on(desk)
    [run] = [run for name, run in runs(desk).items() if name in {"e1", "e1#plan"}]
    assert (run.get("reason"), desk.rig.tenants()) == (reason, set() if reason else {"1", "2"})


def test_a_name_that_is_too_long_for_a_key_is_a_hash() -> None:
    keys = [SplitExport("c1", "x" * 600 + end, "e", 1, 2).key for end in "ab"]
    assert keys[0] != keys[1]
    assert all(len(key[1]) < 100 for key in keys)
