"""Exports in several objects: worked as one once all parts are there, and only then."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kiwi_extract.arrivals import REPORTED, WITHIN, parts_missing, split_key
from kiwi_extract.document import RejectedExportError
from kiwi_extract.intake import Pointer
from kiwi_extract.origins import Place
from kiwi_extract.splits import Split, register
from kiwi_sync.rules.reasons import RejectedExport
from kiwi_sync.state.table import Item

from tests.fakes.memory import MemoryQueue, MemoryTable
from tests.unit.extract.aws import BUCKET, Cloud
from tests.unit.extract.exports import CONNECTION, NOW, Export, delta, encoded, full, lease, tenant, unit
from tests.unit.extract.houses import approve, hold, houses, numbers, synchronize
from tests.unit.extract.tables import BusyTable
from tests.unit.extract.test_stage import Desk
from tests.written import as_csv, as_ndjson


@pytest.fixture
def desk(stack: Cloud) -> Desk:
    made = Desk(stack)
    # What moto keeps has its times by the clock of this machine.
    made.rig.clock.now = datetime.now(UTC) + timedelta(minutes=5)
    return made


def notice(key: str, version: str) -> dict[str, Any]:
    place = {"bucket": {"name": BUCKET}, "object": {"key": key, "versionId": version}}
    return {"Records": [{"eventSource": "aws:s3", "s3": place}]}


def upload(stack: Cloud, desk: Desk, key: str, content: bytes) -> dict[str, Any]:
    """Upload an object and bring its notification in; the notification."""
    message = notice(key, stack.upload(key, content))
    desk.handle(message)
    return message


def work_on(desk: Desk) -> int:
    """Handle what has been sent to the export queue; how many messages."""
    sent = desk.sent()
    for message, _ in sent:
        desk.handle(message)
    return len(sent)


def runs(desk: Desk) -> dict[str, Item]:
    return desk.rig.table.items.get(f"%run#{CONNECTION}", {})


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
    assert "parts that are there: 1 of 2; missing: 2" in str(runs(desk)["e1"]["detail"])
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


def csvs() -> dict[str, bytes]:
    return {
        "einheiten.csv": as_csv("verwaltungseinheiten", [unit("0001")], "cp1252"),
        "mieter.csv": as_csv("mieter", [tenant("4711", nachname="Müller")], "cp1252"),
        "vertraege.csv": as_csv("mietvertraege", [lease("L1")], "cp1252"),
    }


SIDE = json.dumps({"mandanten": ["0001"], "dateien": list(csvs()), "anzahl": {"mieter": 1}}).encode()


def lay(stack: Cloud, key: str, content: bytes, hours: float) -> None:
    """Let an object lie in the bucket as if it had been uploaded so many hours before now."""
    uploaded = datetime.now(UTC) - timedelta(hours=hours)
    version = stack.upload(key, content)
    place = Place(key=key, modified=uploaded, version=version).metadata()
    stack.s3.put_object(Bucket=BUCKET, Key=key, Body=content, Metadata=place)


@pytest.mark.parametrize(("hours", "sent"), [(13, 0), (1, 1), (-1, 0)])
def test_what_lies_beside_a_side_file_belongs_to_it_if_it_came_shortly_before(
    stack: Cloud, desk: Desk, hours: float, sent: int
) -> None:
    folder = f"exports/{CONNECTION}/full"
    for place, (name, content) in enumerate(csvs().items()):
        lay(stack, f"{folder}/{name}", content, hours if place == 2 else 2)
    upload(stack, desk, f"{folder}/export.json", SIDE)
    assert work_on(desk) == sent
    assert len(desk.rig.live()) == 3 * sent


def test_newer_files_of_the_same_names_are_newer_though_a_side_file_says_when(
    stack: Cloud, desk: Desk
) -> None:
    folder = f"exports/{CONNECTION}/full"
    said = {"exported_at": datetime.now(UTC).isoformat(), "dateien": ["mieter.csv", "einheiten.csv"]}
    side = json.dumps(said).encode()
    for hours in range(20, 0, -2):
        stack.upload(f"{folder}/export.json", side)
        for name in said["dateien"]:
            content = csvs()[name]
            if name == "mieter.csv":
                content = as_csv("mieter", [tenant(str(hours))], "cp1252")
            lay(stack, f"{folder}/{name}", content, hours)
            desk.handle({"format": "erp-export-pointer/1", "bucket": BUCKET, "key": f"{folder}/{name}"})
        work_on(desk)
        assert desk.rig.tenants() == {str(hours)}


@pytest.mark.parametrize("first", [True, False])
def test_files_of_a_side_file(stack: Cloud, desk: Desk, *, first: bool) -> None:
    """If it does not come first, each file has been worked as an export of its own before."""
    folder = f"exports/{CONNECTION}/full/2026-11-24"
    files = {f"{folder}/{name}": content for name, content in csvs().items()}
    if first:
        upload(stack, desk, f"{folder}/export.json", SIDE)
        for key, content in files.items():
            assert desk.rig.live() == {}
            upload(stack, desk, key, content)
    else:
        for key, content in files.items():
            upload(stack, desk, key, content)
        assert len(runs(desk)) == len(files)
        upload(stack, desk, f"{folder}/export.json", SIDE)
    assert work_on(desk) == 1
    assert len(desk.rig.live()) == 3
    [run] = [run for name, run in runs(desk).items() if name.startswith("exports-c1-full-2026-11-24-")]
    assert run["status"] in ({"done"} if first else {"done", "superseded"})


def test_without_the_side_file_that_a_folder_had_no_file_of_it_is_an_export(stack: Cloud, desk: Desk) -> None:
    base = f"exports/{CONNECTION}/full"

    def drop(hours: float, number: str, folder: str = base) -> None:
        key = f"{folder}/mieter.csv"
        lay(stack, key, as_csv("mieter", [tenant(number)], "cp1252"), hours)
        desk.handle({"format": "erp-export-pointer/1", "bucket": BUCKET, "key": key})
        work_on(desk)

    stack.upload(f"{base}/export.json", b'{"dateien": ["mieter.csv"]}')
    drop(9, "1")
    stack.s3.delete_object(Bucket=BUCKET, Key=f"{base}/export.json")
    drop(8, "2")
    assert desk.rig.tenants() == {"1"}
    [run] = [run for run in runs(desk).values() if run["status"] == "rejected"]
    assert (run["reason"], "upload it first" in str(run["detail"])) == ("parts_differ", True)
    drop(7, "3", f"{base}/elsewhere")
    assert desk.rig.tenants() == {"3"}
    stack.upload(f"{base}/export.json", b'{"mandanten": ["0001"]}')
    drop(6, "4")
    stack.s3.delete_object(Bucket=BUCKET, Key=f"{base}/export.json")
    drop(5, "5")
    assert desk.rig.tenants() == {"5"}


def test_a_side_file_alone_is_no_export(stack: Cloud, desk: Desk) -> None:
    upload(stack, desk, f"exports/{CONNECTION}/full/export.json", b'{"mandanten": ["0001"]}')
    assert (desk.sent(), desk.rig.table.items) == ([], {})


def test_an_export_may_be_called_like_a_side_file(stack: Cloud, desk: Desk) -> None:
    export = {**full(1, [tenant("1")]), "exported_at": datetime.now(UTC).isoformat()}
    upload(stack, desk, f"exports/{CONNECTION}/full/export.json", encoded(export))
    assert desk.rig.tenants() == {"1"}


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


@pytest.mark.parametrize("name", ["Mieter.csv", "mieter-2.csv", "mieter.csv.gz"])
def test_a_file_that_the_side_file_does_not_name_is_no_export(stack: Cloud, desk: Desk, name: str) -> None:
    folder = f"exports/{CONNECTION}/full"
    upload(stack, desk, f"{folder}/anfang.csv", as_csv("mieter", [tenant("1")], "cp1252"))
    upload(stack, desk, f"{folder}/export.json", SIDE)
    upload(stack, desk, f"{folder}/{name}", csvs()["mieter.csv"])
    assert work_on(desk) == 0
    assert desk.rig.tenants() == {"1"}
    [run] = [run for run in runs(desk).values() if run["status"] == "rejected"]
    assert (run["reason"], "not among `dateien`" in str(run["detail"])) == ("parts_differ", True)


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


class Night:
    """Objects of the same names, uploaded at any time."""

    def __init__(self) -> None:
        self.table, self.queue = MemoryTable(), MemoryQueue()

    def upload(self, number: int, hours: float, version: str, of: int = 2, key: str = "") -> int:
        """How many exports are sent on by it."""
        moment = NOW + timedelta(hours=hours)
        split = Split("c1", "nacht", "nacht-1", number, of, called="nacht")
        pointer = Pointer(bucket=BUCKET, key=f"exports/c1/full/{key}{number}.csv", version=version)
        register(self.table, self.queue, split, pointer, moment, moment)
        sent = self.queue.take()
        self.last = json.loads(sent[-1].body) if sent else {}
        return len(sent)

    @property
    def versions(self) -> list[str]:
        """The versions of the parts that were sent last."""
        return [part["version"] for part in self.last["parts"]]

    def late(self, hours: float) -> int:
        return parts_missing(self.table, "c1", NOW + timedelta(hours=hours))


def test_parts_of_different_nights_are_never_mixed() -> None:
    night = Night()
    assert [night.upload(1, 0, "a1"), night.upload(2, 1, "a2")] == [0, 1]
    assert night.upload(1, 24, "b1") == 0
    assert night.upload(1, 0, "a1") == 0
    assert night.upload(2, 24.5, "b2") == 1
    assert night.versions == ["b1", "b2"]


def test_a_part_that_is_mended_before_all_are_there_goes_with_the_others() -> None:
    night = Night()
    assert [night.upload(1, 0, "a1"), night.upload(1, 1, "a2"), night.upload(2, 2, "a3")] == [0, 0, 1]
    assert night.versions == ["a2", "a3"]
    assert night.upload(2, 2, "a3") == 0


UPLOADS = [(1, 0.1, "a1"), (2, 0.2, "a2"), (1, 2.1, "b1"), (2, 2.2, "b2")]


@pytest.mark.parametrize("twice", range(4))
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 0, 3, 2), (0, 1, 3, 2), (1, 0, 2, 3)])
def test_parts_that_are_uploaded_anew_never_go_with_those_before(order: tuple[int, ...], twice: int) -> None:
    night, sent = Night(), []
    for place, index in enumerate(order):
        # A notification may come again, however late.
        again = order[: place + 1][: twice + 1]
        sent += [night.versions for one in (index, *again) if night.upload(*UPLOADS[one])]
    assert sent == [["a1", "a2"], ["b1", "b2"]]


def test_a_late_part_of_an_earlier_night_is_left_out() -> None:
    night = Night()
    assert [night.upload(1, 24, "b1"), night.upload(2, 0, "a2")] == [0, 0]
    assert night.upload(2, 24.5, "b2") == 1
    assert night.versions == ["b1", "b2"]
    assert night.upload(2, 0, "a2") == 0


class BusyNight(Night):
    """While a part is noted, another one is."""

    def __init__(self, meanwhile: tuple[int, float, str]) -> None:
        super().__init__()
        self.table = self.busy = BusyTable()
        self.busy.meddle = lambda _: self.sent.append(self.upload(*meanwhile))
        self.sent: list[int] = []

    def next_one(self, number: int, hours: float, version: str) -> int:
        self.busy.at, self.busy.times = (split_key("c1"), "nacht"), 1
        return self.upload(number, hours, version)


def test_parts_that_begin_an_export_at_the_same_time_do_not_take_each_other_away() -> None:
    night = BusyNight((2, 2.1, "b2"))
    assert [night.upload(1, 0, "a1"), night.upload(2, 0, "a2")] == [0, 1]
    assert (night.next_one(1, 2, "b1"), night.sent) == (1, [0])
    assert night.versions == ["b1", "b2"]


def test_two_objects_with_one_number_are_refused_and_so_is_what_comes_with_them() -> None:
    night = Night()
    night.upload(1, 0, "a1", key="mieter")
    for number, key in ((1, "vertraege"), (2, "vertraege"), (2, "mieter"), (1, "mieter")):
        with pytest.raises(RejectedExportError) as caught:
            night.upload(number, 0.1, "x", key=key)
        assert caught.value.reason is RejectedExport.PARTS_DIFFER
    assert [night.upload(1, 24, "b1", key="m"), night.upload(2, 24, "b2", key="n")] == [0, 1]
    assert [night.upload(1, 25, "c1", key="o"), night.upload(2, 25, "c2", key="p")] == [0, 1]


def test_ids_of_parts_sort_by_their_times() -> None:
    night, ids = Night(), []
    for hour in range(0, 300, 20):
        night.upload(1, hour, f"{hour}")
        night.upload(2, hour + 0.5, f"{hour}")
        ids.append(night.last["export_id"])
    assert sorted(ids) == ids
    assert len(set(ids)) == len(ids)


def test_a_missing_part_is_reported_after_a_time_and_for_a_time() -> None:
    night = Night()
    night.upload(1, 0, "a1")
    hours = [WITHIN.total_seconds() / 3600, REPORTED.total_seconds() / 3600]
    assert [night.late(hour) for hour in (0, hours[0], hours[0] + 1, hours[1], hours[1] + 1)] == [
        0,
        0,
        1,
        1,
        0,
    ]
    night.upload(2, 13, "late")
    assert night.late(14) == 0
    assert night.upload(1, 14, "too") == 1
    assert night.late(15) == 0


def test_a_crash_before_the_whole_is_sent_on_loses_nothing() -> None:
    night = Night()
    night.upload(1, 0, "a1")
    night.upload(2, 1, "a2")
    night.table.items[split_key("c1")]["nacht"].pop("sent")
    assert night.upload(2, 1, "a2") == 1


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


@pytest.mark.parametrize("files", [["a", "a"], [1], "a", [""], [f"{number}" for number in range(51)]])
def test_a_list_of_files_that_cannot_be(stack: Cloud, desk: Desk, files: Any) -> None:
    folder = f"exports/{CONNECTION}/full"
    stack.upload(f"{folder}/export.json", json.dumps({"dateien": files}).encode())
    upload(stack, desk, f"{folder}/mieter.csv", csvs()["mieter.csv"])
    assert [run["reason"] for run in runs(desk).values()] == ["envelope_invalid"]


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
    keys = [Split("c1", "x" * 600 + end, "e", 1, 2).key for end in "ab"]
    assert keys[0] != keys[1]
    assert all(len(key[1]) < 100 for key in keys)
