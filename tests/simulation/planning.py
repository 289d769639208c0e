"""Histories without faults, in which every export is planned before it is dropped."""

import copy
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from kiwi_extract.bookkeeping.deadline import Deadline
from kiwi_extract.bookkeeping.runs import Status
from kiwi_extract.reading.erp_json import ErpJson
from kiwi_extract.run.export_run import ExportWorker
from kiwi_extract.tools import Tools
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.kiwi.models import Kind
from kiwi_sync.rules.ids import kiwi_id

from tests.fakes.memory import MemoryQueue, MemoryTable
from tests.simulation.drawing import draw
from tests.simulation.history import quiet
from tests.simulation.world import World
from tests.unit.extract.rig import GRACE, Inline, MemoryDocuments
from tests.unit.transform.world import MemorySsm

Content = dict[str, dict[str, Any]]


@dataclass
class Compared:
    """The plan of one export beside its real effect, in keys of KIWI's objects."""

    export_id: str
    planned: dict[str, set[str]]
    happened: dict[str, set[str]]
    undecided: set[str]
    """Objects that the plan leaves open; not compared."""
    written: list[tuple[str, str]]
    plan: dict[str, Any] = field(repr=False)


def planned_and_dropped(seed: int) -> Iterator[Compared]:
    """The exports of a seed's history, in the order of arrival."""
    drawn = draw(seed)
    calm = replace(
        drawn,
        kiwi_trouble=0.0,
        table_trouble=0.0,
        queue_trouble=0.0,
        repeats=0.0,
        crashes=0.0,
        hurried=0.0,
        pauses=0.0,
        events=(),
    )
    world = World(calm)
    with quiet(), world.entered():
        for event in drawn.events:
            if event.what == "settings":
                world.configure(*event.value)
            if event.what == "export":
                yield _compare(world, event.value)


def _compare(world: World, export: Any) -> Compared:
    before = copy.deepcopy(world.kiwi.content())
    table = MemoryTable()
    table.items = copy.deepcopy(world.table.items)
    plan = plan_of(world, table, export)
    world.drop(export)
    world.calm()
    after = world.kiwi.content()
    undecided = _undecided(plan, before, after)
    return Compared(
        export["export_id"],
        _without(undecided, _planned(plan)),
        _without(undecided, _happened(before, after)),
        undecided,
        table.writes,
        plan,
    )


def _undecided(plan: dict[str, Any], *contents: Content) -> set[str]:
    """Objects whose winner the plan leaves open, and their agreements."""
    keys = [RowKey.parse(line["key"]) for line in plan["lines"] if line.get("undecided")]
    ids = {kiwi_id("42", (key.mandant, *key.numbers)) for key in keys}
    agreements = [one for content in contents for one in content["rental_agreement"].values()]
    hanging = {one["id"] for one in agreements if ids & {one["tenant_id"], one["rental_unit_id"]}}
    named = {
        kiwi_id("42", (key.mandant, *key.numbers))
        for line in plan["lines"]
        if (key := RowKey.parse(line["key"])).kind is RowKind.RENTAL_AGREEMENT
        and kiwi_id("42", (key.mandant, key.numbers[1])) in ids
    }
    return {f"{kind} {one}" for kind in Kind for one in ids | hanging | named}


def _without(keys: set[str], found: dict[str, set[str]]) -> dict[str, set[str]]:
    return {what: ids - keys for what, ids in found.items()}


def plan_of(world: World, table: MemoryTable, export: Any) -> dict[str, Any]:
    """The plan of an export, by a dry run against a table."""
    now = world.scheduler.now
    deadline = Deadline(now + timedelta(minutes=15), lambda: now)
    documents, queue = MemoryDocuments(), MemoryQueue()
    ssm = MemorySsm()
    ssm.parameters = world.ssm.parameters
    tools = Tools(table, ssm.connections(), queue, queue, Inline(), GRACE)
    document = ErpJson(io.BytesIO(json.dumps(export | {"dry_run": True}).encode()))
    assert ExportWorker(tools, deadline, documents).work(document).status is Status.PLANNED
    assert queue.sent == []
    (plan,) = documents.plans.values()
    return dict(plan)


def _planned(plan: dict[str, Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"created": set(), "changed": set(), "deleted": set()}
    words = {"create": "created", "update": "changed", "replace": "changed", "delete": "deleted"}
    for line in plan["lines"]:
        if line["action"] in words:
            key = RowKey.parse(line["key"])
            found[words[line["action"]]].add(f"{line['kind']} {kiwi_id('42', (key.mandant, *key.numbers))}")
    return found


def _happened(before: Content, after: Content) -> dict[str, set[str]]:
    old = {f"{kind} {key}": item for kind, items in before.items() for key, item in items.items()}
    new = {f"{kind} {key}": item for kind, items in after.items() for key, item in items.items()}
    return {
        "created": new.keys() - old.keys(),
        "changed": {key for key in new.keys() & old.keys() if _plain(new[key]) != _plain(old[key])},
        "deleted": old.keys() - new.keys(),
    }


def _plain(item: Any) -> Any:
    return {name: value for name, value in item.items() if name not in {"state", "tenant"}}
