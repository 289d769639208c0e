"""The same exports, in memory and on moto: one end state. The demo, too, runs on moto here."""

import re
from pathlib import Path
from typing import Any

import pytest
from kiwi_cli.main import app
from kiwi_sandbox.aws.kinds import AwsKind
from typer.testing import CliRunner

from tests.stack.building import Json, estate, export, lease, tenant, unit
from tests.stack.running import running

SAMPLES = Path(__file__).parents[2] / "events" / "exports"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")
PASSING = frozenset({"rev", "desired_from", "source_rev", "good_version", "expires"})
"""The attributes that differ from run to run: times, and ids that are drawn."""


def exports() -> list[Json]:
    """A first load, a change of everything that can change, and a repetition."""
    houses = estate(3)
    changed = export(
        2,
        "delta",
        verwaltungseinheiten=[unit("0000", bezeichnung="neu")],
        mieter=[tenant("0001a", email=None)],
        geloescht={"mietvertraege": [{"mandant": "0001", "nummer": "V0002"}]},
        mietvertraege=[lease("V0000", of="0000", by=["0000b"])],
    )
    return [export(1, **houses), changed, export(1, **houses)]


def told(value: Any) -> Any:
    """A value without the moments in it, and as either table gives it."""
    if isinstance(value, str):
        return MOMENT.sub("…", value)
    return sorted(value) if isinstance(value, set | frozenset) else value


def settled(one: Json) -> Json:
    """An object in KIWI, without the id that its state was given by chance."""
    state = one.get("state")
    return one | {"state": {**state, "id": ""}} if state else one


def end_state(kind: AwsKind) -> dict[str, Any]:
    with running(aws=kind) as run:
        for one in exports():
            run.bring(one)
        items = {
            (item["pk"], item["sk"]): {
                name: told(value) for name, value in item.items() if name not in PASSING
            }
            for item in run.items()
        }
        return {
            "items": items,
            "kiwi": {
                kind: sorted(map(settled, all_.values()), key=str)
                for kind, all_ in run.kiwi.content().items()
            },
            "doors": run.kiwi.permissions(),
            "owed": run.stack.owed().owed_rows(),
            "written": {kind: run.stack.traffic.created[kind] for kind in ("rental_unit", "tenant")},
            "dead": run.stack.dead_letters(),
        }


def test_the_end_is_the_same_in_memory_and_on_moto() -> None:
    memory, moto = (end_state(kind) for kind in AwsKind)
    assert memory["items"].keys() == moto["items"].keys()
    assert len(memory["items"]) > 30
    for name in memory:
        assert memory[name] == moto[name], name


@pytest.mark.parametrize("kind", AwsKind)
def test_the_demo_runs_on_both(kind: AwsKind) -> None:
    files = [str(SAMPLES / name) for name in ("full.json", "delta.json")]
    selected = ["--mandant", "0001", "--mandant", "0002"]
    result = CliRunner().invoke(app, ["local", "run", *files, *selected, "--aws", kind.value])
    assert result.exit_code == 0, result.output
    assert "Problems: none." in result.output
