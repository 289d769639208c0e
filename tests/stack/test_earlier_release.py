"""A deployed stack moves on: the table and the KIWI that release 2533ea4 left are worked by this one."""

import json
from pathlib import Path
from typing import Any

import pytest
from kiwi_sync.state.table import Change, Value

from tests.stack.building import Json
from tests.stack.running import Running

LEFT = json.loads((Path(__file__).parents[1] / "data" / "release-2533ea4.json").read_text(encoding="utf-8"))
"""Exports, items and KIWI's objects of that release: five tenants, one of whom a delta has deleted."""
FIRST, SECOND = LEFT["exports"]


@pytest.fixture
def deployed(run: Running) -> Running:
    """The stack with everything that was there."""
    for item in LEFT["items"]:
        attributes = {name: _read(value) for name, value in item.items() if name not in {"pk", "sk"}}
        run.stack.aws.state.update((item["pk"], item["sk"]), Change(put=attributes))
    for kind in ("rental_unit", "tenant", "rental_agreement"):
        for put in LEFT["kiwi"][kind].values():
            fields = {name: value for name, value in put.items() if name not in {"tenant", "state"}}
            run.kiwi.put_object(kind, fields)
    for key, agreement in LEFT["kiwi"]["rental_agreement"].items():
        if agreement["state"]["actual"] == "Activated":
            run.kiwi.set_access(key, True)
    run.kiwi.clear_requests()
    return run


def _read(value: Any) -> Value:
    return frozenset(value["set"]) if isinstance(value, dict) else value


def newer(**lists: list[Json]) -> Json:
    """A full export of what is there, a day later."""
    tenants = [tenant for tenant in FIRST["mieter"] if tenant["nummer"] not in {"4711", "4714"}]
    there = {
        "verwaltungseinheiten": FIRST["verwaltungseinheiten"],
        "mieter": [*tenants, *SECOND["mieter"]],
        "mietvertraege": FIRST["mietvertraege"],
    }
    export: Json = FIRST | there | {"export_id": "newer", "exported_at": "2026-11-27T20:00:00+00:00"} | lists
    return export


def test_an_export_that_says_nothing_new_changes_nothing(deployed: Running) -> None:
    before = deployed.kiwi.content()
    deployed.bring(newer())
    assert deployed.kiwi.content() == before
    assert deployed.kiwi_writes() == 0


def test_what_the_release_has_created_is_changed_and_deleted_and_nothing_twice(deployed: Running) -> None:
    before = {kind: set(objects) for kind, objects in deployed.kiwi.content().items()}
    units = [unit | {"bezeichnung": "Neu"} for unit in FIRST["verwaltungseinheiten"]]
    leases = [lease for lease in FIRST["mietvertraege"] if lease["mandant"] == "0001"]
    tenants = [tenant for tenant in newer()["mieter"] if tenant["mandant"] == "0001"]
    export = newer(verwaltungseinheiten=units, mietvertraege=leases, mieter=tenants)
    deployed.bring(export)
    deployed.assert_right([FIRST, SECOND, export])
    after = {kind: set(objects) for kind, objects in deployed.kiwi.content().items()}
    assert all(after[kind] <= before[kind] for kind in before), "every id stays"
    assert active(deployed) == {"0001-100-1-01-4711"}, "and access with it"


def active(run: Running) -> set[str]:
    """The external ids of the agreements whose access is on."""
    agreements = run.kiwi.content()["rental_agreement"].values()
    return {str(it["external_id"]) for it in agreements if it["state"]["actual"] == "Activated"}


def test_the_delta_again_changes_nothing(deployed: Running) -> None:
    before = deployed.kiwi.content()
    deployed.bring(SECOND)
    assert deployed.kiwi.content() == before
    assert active(deployed) == {"0001-100-1-01-4711"}
