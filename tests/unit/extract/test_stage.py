"""One message of the export queue: whatever it is, it is worked, sent again, or refused and kept."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from kiwi_extract.bookkeeping.connection_lock import connection_lock
from kiwi_extract.inbox.bucket import ExportBucket
from kiwi_extract.stage import BUSY_WAIT, Stage
from kiwi_extract.sweep.sweep import CONTINUE_AFTER, Sweep

from tests.fakes.memory import MemoryQueue
from tests.unit.extract.aws import BUCKET, Cloud
from tests.unit.extract.bookkeeping.parked import of_one_shard, owe
from tests.unit.extract.brake.houses import approve, hold, houses, numbers, synchronize
from tests.unit.extract.exports import CONNECTION, NOW, Export, delta, encoded, full, tenant
from tests.unit.extract.rig import Rig, key

EXPORT = full(1, [tenant("1", vorname="Jürgen")])
KEY = "exports/ä b.json"


class Desk:
    """The stage, its rig and its queue."""

    def __init__(self, stack: Cloud) -> None:
        self.rig = Rig()
        self.queue = MemoryQueue()
        self.stage = Stage(self.rig.tools, ExportBucket(stack.s3, BUCKET), self.queue)

    def handle(self, message: Any, minutes: float = 15) -> Sweep | None:
        body = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
        return self.stage.handle("m1", body, self.rig.deadline(minutes))

    def sent(self) -> list[tuple[Any, int]]:
        """The messages sent to the export queue, with their delays."""
        return [(json.loads(message.body), message.delay) for message in self.queue.take()]


@pytest.fixture
def desk(stack: Cloud) -> Desk:
    return Desk(stack)


def pointed(version: str | None = None) -> dict[str, str]:
    pointer = {"format": "erp-export-pointer/1", "bucket": BUCKET, "key": KEY}
    return pointer | ({"version": version} if version else {})


def noticed(*objects: dict[str, str]) -> dict[str, Any]:
    return {
        "Records": [
            {"eventSource": "aws:s3", "s3": {"bucket": {"name": BUCKET}, "object": one}} for one in objects
        ]
    }


@pytest.mark.parametrize("way", ["inline", "pointer", "notification", "notification with version"])
def test_every_way_an_export_comes(stack: Cloud, desk: Desk, way: str) -> None:
    version = stack.upload(KEY, encoded(EXPORT))
    messages: dict[str, Any] = {
        "inline": EXPORT,
        "pointer": pointed(),
        "notification": noticed({"key": "exports/%C3%A4+b.json"}),
        "notification with version": noticed({"key": "exports/%C3%A4+b.json", "versionId": version}),
    }
    desk.handle(messages[way])
    assert desk.rig.tenants() == {"1"}
    assert desk.rig.run(1)["status"] == "done"
    assert desk.sent() == []


def test_a_notification_s_version_is_read_though_a_newer_one_lies_there(stack: Cloud, desk: Desk) -> None:
    version = stack.upload(KEY, encoded(EXPORT))
    stack.upload(KEY, encoded(full(2, [tenant("2")])))
    desk.handle(noticed({"key": KEY.replace(" ", "+"), "versionId": version}))
    assert desk.rig.tenants() == {"1"}


def test_each_object_of_a_notification_goes_its_own_way(desk: Desk) -> None:
    desk.handle(noticed({"key": "exports/a+b.json", "versionId": "v"}, {"key": "exports/%2B.json"}))
    pointer = {"format": "erp-export-pointer/1", "bucket": BUCKET}
    assert desk.sent() == [
        ({**pointer, "key": "exports/a b.json", "version": "v"}, 0),
        ({**pointer, "key": "exports/+.json"}, 0),
    ]
    assert desk.rig.table.items == {}


def test_the_test_event_is_acknowledged(desk: Desk) -> None:
    assert desk.handle({"Event": "s3:TestEvent"}) is None
    assert (desk.sent(), desk.rig.table.items) == ([], {})


def waiting(desk: Desk, message: Any) -> None:
    with connection_lock(desk.rig.table, CONNECTION, desk.rig.deadline()):
        desk.handle(message)


def handed_back(desk: Desk, message: Any) -> None:
    desk.rig.clock.tick = timedelta(seconds=20)
    desk.handle(message, minutes=4)
    desk.rig.clock.tick = timedelta()


WAYS = [(waiting, int(BUSY_WAIT.total_seconds())), (handed_back, 0)]


@pytest.mark.parametrize(("interrupt", "delay"), WAYS)
@pytest.mark.parametrize("inline", [True, False])
def test_what_is_not_done_is_sent_again_and_then_done(
    stack: Cloud, desk: Desk, interrupt: Callable[[Desk, Any], None], delay: int, *, inline: bool
) -> None:
    version = stack.upload(KEY, encoded(EXPORT))
    interrupt(desk, EXPORT if inline else pointed())
    ((again, delayed),) = desk.sent()
    assert (again, delayed) == (EXPORT if inline else pointed(version), delay)
    stack.upload(KEY, b"something else")
    desk.handle(again)
    assert desk.rig.tenants() == {"1"}
    assert desk.rig.run(1)["status"] == "done"


REFUSED: list[tuple[bytes, str, str, str]] = [
    (b"{no json", "%unknown", "m1", "not_json"),
    (encoded(EXPORT)[:-1], "c1", "e1", "not_json"),
    (encoded({**EXPORT, "anzahl": {"mieter": 5}}), "c1", "e1", "count_mismatch"),
    (encoded({**EXPORT, "connection": "c9"}), "c9", "e1", "unknown_connection"),
    (encoded({**EXPORT, "connection": "../c"}), "%unknown", "m1", "envelope_invalid"),
    (encoded({**EXPORT, "export_id": ""}), "c1", "m1", "envelope_invalid"),
]


@pytest.mark.parametrize(("content", "connection", "export_id", "reason"), REFUSED)
@pytest.mark.parametrize("inline", [True, False])
def test_a_refused_document_is_kept_with_its_reason(
    stack: Cloud, desk: Desk, content: bytes, connection: str, export_id: str, reason: str, *, inline: bool
) -> None:
    stack.upload(KEY, content)
    desk.handle(content.decode() if inline else pointed())
    run = desk.rig.table.items[f"%run#{connection}"][export_id]
    place = f"rejected/{connection.replace('%', '')}/m1.json"
    assert (run["status"], run["reason"], run["kept"]) == ("rejected", reason, place)
    assert stack.content(place) == content
    assert desk.sent() == []
    assert desk.rig.rows() == {}


@pytest.mark.parametrize(
    ("message", "reason", "kept"),
    [
        ({"format": "erp-export-pointer/1"}, "envelope_invalid", "rejected/unknown/m1.json"),
        (pointed(), "object_not_found", ""),
        ({**pointed(), "bucket": "other"}, "foreign_bucket", ""),
        (noticed({"key": ""}), "envelope_invalid", "rejected/unknown/m1.json"),
    ],
)
def test_a_message_that_points_nowhere(desk: Desk, message: Export, reason: str, kept: str) -> None:
    desk.handle(message)
    run = desk.rig.table.items["%run#%unknown"]["m1"]
    assert (run["status"], run["reason"], run["kept"]) == ("rejected", reason, kept)


def test_a_sweep_tells_what_it_found(desk: Desk) -> None:
    owe(desk.rig, key("1"))
    assert desk.handle({"format": "kiwi-sweep/1"}) == Sweep(sent=1)
    assert desk.sent() == []


def test_a_sweep_that_is_not_through_goes_on_later(desk: Desk) -> None:
    for one in of_one_shard(201):
        owe(desk.rig, one, NOW)
    desk.handle({"format": "kiwi-sweep/1", "connection": CONNECTION, "resume": True})
    ((order, delay),) = desk.sent()
    assert delay == CONTINUE_AFTER.total_seconds()
    assert (order["format"], order["connection"], order["resume"]) == ("kiwi-sweep/1", CONNECTION, True)
    desk.handle(order)
    assert len(desk.rig.transform.keys()) == 201
    assert desk.sent() == []


@pytest.mark.parametrize("inline", [True, False])
def test_a_held_export_is_kept_and_comes_again_from_there(stack: Cloud, desk: Desk, *, inline: bool) -> None:
    rig = desk.rig
    rig.settings.store(brake_agreements=0, brake_percent=0)
    desk.handle(full(1, **houses(numbers(2))))
    synchronize(rig)
    losing = full(2, **houses(numbers(1)))
    stack.upload(KEY, encoded(losing))
    desk.handle(losing if inline else pointed())
    assert rig.run(2)["status"] == "held"
    assert json.loads(stack.content("held/c1/e2.json")) == losing
    approve(rig, 2)
    stack.upload("held/c1/e2.json", b"something else")
    desk.handle(str(hold(rig, 2).document))
    assert (rig.run(2)["status"], rig.tenants(), desk.sent()) == ("done", {"001"}, [])


def test_what_else_is_held_comes_again_once_an_export_is_carried_out(desk: Desk) -> None:
    rig = desk.rig
    rig.settings.store(brake_agreements=0, brake_percent=0)
    desk.handle(full(1, **houses(numbers(3))))
    synchronize(rig)
    for hour in (2, 3):
        desk.handle(delta(hour, deleted=[{"mandant": "0001", "nummer": f"00{hour}"}]))
    approve(rig, 2)
    desk.handle(str(hold(rig, 2).document))
    ((again, _),) = desk.sent()
    assert again == json.loads(str(hold(rig, 3).document))
    assert rig.tenants() == {"001", "003"}


@pytest.mark.parametrize("inline", [True, False])
def test_a_dry_run_leaves_its_plan_in_the_bucket_and_says_where(
    stack: Cloud, desk: Desk, *, inline: bool
) -> None:
    export = EXPORT | {"dry_run": True}
    version = stack.upload(KEY, encoded(export))
    desk.handle(export if inline else pointed())
    run = desk.rig.table.items[f"%run#{CONNECTION}"]["e1#plan"]
    pointer = json.loads(str(run["plan"]))
    assert (run["status"], pointer["key"]) == ("planned", "plans/c1/e1.json")
    plan = json.loads(stack.content(pointer["key"]))
    assert [line["action"] for line in plan["lines"]] == ["create"]
    kept = plan["export"]["pointer"]
    assert kept["key"] == ("plans/c1/e1.export.json" if inline else KEY)
    assert (kept["version"] == version) is not inline
    assert json.loads(stack.content(kept["key"])) == export
    assert (desk.rig.rows(), desk.sent()) == ({}, [])
    desk.handle(kept | {"plan": plan["state"]["fingerprint"]})
    assert desk.rig.tenants() == {"1"}


def test_a_plan_that_is_outdated_is_refused_and_says_so(stack: Cloud, desk: Desk) -> None:
    stack.upload(KEY, encoded(EXPORT))
    desk.handle(pointed() | {"plan": "0" * 32})
    run = desk.rig.run(1)
    assert (run["status"], run["reason"]) == ("rejected", "plan_outdated")
    assert desk.rig.rows() == {}


def test_a_dry_run_that_is_refused_leaves_the_real_run_alone(desk: Desk) -> None:
    desk.handle(EXPORT)
    desk.handle(EXPORT | {"dry_run": True, "anzahl": {"mieter": 7}})
    assert desk.rig.run(1)["status"] == "done"
    refused = desk.rig.table.items[f"%run#{CONNECTION}"]["e1#plan"]
    assert (refused["status"], refused["reason"]) == ("rejected", "count_mismatch")


def test_dry_run_is_yes_or_no(desk: Desk) -> None:
    desk.handle(EXPORT | {"dry_run": "yes"})
    assert (desk.rig.run(1)["status"], desk.rig.run(1)["reason"]) == ("rejected", "envelope_invalid")
    assert desk.rig.rows() == {}


def whole(desk: Desk, export: Export) -> Any:
    """The message that brings an export, in two parts."""
    cut = {section: (rows[:1], rows[1:]) for section, rows in export.items() if isinstance(rows, list)}
    cut.pop("mandanten")
    for number in (1, 2):
        some = {section: halves[number - 1] for section, halves in cut.items()}
        desk.handle({**export, **some, "teil": {"nummer": number, "von": 2}})
    ((message, _),) = desk.sent()
    return message


@pytest.mark.parametrize("way", ["inline", "pointer", "parts"])
def test_a_held_export_that_was_applied_from_a_dry_run_is_carried_out_once_it_is_approved(
    stack: Cloud, desk: Desk, way: str
) -> None:
    rig = desk.rig
    rig.settings.store(brake_agreements=0, brake_percent=0)
    desk.handle(full(1, **houses(numbers(3))))
    synchronize(rig)
    losing = full(2, **houses(numbers(2))) | {"dry_run": True}
    stack.upload(KEY, encoded(losing))
    desk.handle(whole(desk, losing) if way == "parts" else losing if way == "inline" else pointed())
    pointer = json.loads(str(rig.table.items[f"%run#{CONNECTION}"]["e2#plan"]["plan"]))
    plan = json.loads(stack.content(pointer["key"]))
    desk.handle(plan["export"]["pointer"] | {"plan": plan["state"]["fingerprint"]})
    assert rig.run(2)["status"] == "held"
    approve(rig, 2)
    desk.handle(str(hold(rig, 2).document))
    assert (rig.run(2)["status"], rig.tenants()) == ("done", {"001", "002"})
    assert hold(rig, 2).status == "carried_out"


def test_an_approved_export_that_is_refused_says_so_in_its_own_run(stack: Cloud, desk: Desk) -> None:
    stack.upload(KEY, encoded(EXPORT | {"dry_run": True, "anzahl": {"mieter": 7}}))
    desk.handle(pointed() | {"earnest": True})
    assert desk.rig.run(1)["reason"] == "count_mismatch"
