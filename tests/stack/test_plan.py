"""Look, then leap: plans on the whole stack, and the commands' words about them."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kiwi_cli.deployed.deployed_stack import Deployed
from kiwi_cli.main import app
from kiwi_cli.plan import applying, commands
from kiwi_sandbox.aws.embedded import EmbeddedAws
from typer.testing import CliRunner, Result

from tests.stack.building import Json, export, lease, letting, tenant, unit
from tests.stack.running import CONNECTION, Running

FIRST = export(1, **letting(mieter=[tenant(), tenant("4712", email=None)], mietvertraege=[lease()]))
SECOND = export(
    2,
    verwaltungseinheiten=[unit(), unit("2")],
    mieter=[tenant(vorname="Erna"), tenant("4712")],
    mietvertraege=[lease(), lease("100-2-01", of="2", by=["4712"])],
)


MAPPING = """
version: 1
mieter:
  - from: ["*.csv"]
    fields:
      mandant: {column: Kreis, then: [{pad: 4}]}
      nummer: Nr
      nachname: Name
      email: Mail
"""


@pytest.fixture
def there(moto_run: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """The stack, as the commands for deployed ones find it. While they wait it works."""

    run, aws = moto_run, moto_run.stack.aws
    assert isinstance(aws, EmbeddedAws)

    @contextmanager
    def reached(_stack: str) -> Iterator[Deployed]:
        stack = run.stack
        queue = stack.blueprint.source("extract").queue
        yield Deployed(
            name="kiwi-sync",
            resources={
                "ExportBucket": run.bucket,
                "ExportQueue": queue.url,
            },
            sqs=aws.sqs,
            s3=aws.s3,
            table=aws.state,
            connections=stack.aws.connections,
        )

    monkeypatch.setattr(commands, "reached", reached)
    # In its place only: the stack itself rests, too.
    waiting = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: run.stack.drain())
    monkeypatch.setattr(applying, "time", waiting)
    return run


def typed(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def written(path: Path, content: Json) -> Path:
    path.write_text(json.dumps(content))
    return path


def planned_ids(plan: dict[str, Any], action: str) -> set[str]:
    return {line["external_id"] for line in plan["lines"] if line["action"] == action}


def test_a_plan_is_made_saved_and_carried_out_exactly(there: Running, tmp_path: Path) -> None:
    there.bring(FIRST)
    before, writes = there.items(), there.kiwi_writes()
    file, saved = written(tmp_path / "second.json", SECOND), tmp_path / "plan.json"
    result = typed("plan", file, "--save", saved, "--html", tmp_path / "plan.html", "--detailed-exitcode")
    assert result.exit_code == 4, result.output
    assert (there.items(), there.kiwi_writes()) == (before, writes)
    plan = json.loads(saved.read_text())
    assert planned_ids(plan, "create") == {"0001-100-2", "0001-4712", "0001-100-2-01-4712"}
    assert planned_ids(plan, "update") == {"0001-4711"}
    assert "What the export would do" in (tmp_path / "plan.html").read_text()

    applied = typed("apply", saved)
    assert applied.exit_code == 0, applied.output
    assert "test-002: done" in applied.output
    there.assert_right([FIRST, SECOND])

    again = typed("plan", file, "--detailed-exitcode")
    assert again.exit_code == 0
    assert "nothing would change" in again.output
    assert "no longer" not in again.output
    twice = typed("apply", saved)
    assert twice.exit_code == 0
    assert "test-002: done" in twice.output


def test_a_plan_that_something_has_overtaken_is_refused(there: Running, tmp_path: Path) -> None:
    there.bring(FIRST)
    file, saved = written(tmp_path / "second.json", SECOND), tmp_path / "plan.json"
    assert typed("plan", file, "--save", saved).exit_code == 0
    there.bring(export(1, scope="delta", mieter=[tenant("4713")]) | {"export_id": "test-between"})
    outdated = typed("apply", saved)
    assert outdated.exit_code == 1
    assert "plan_outdated" in outdated.output


def test_a_dry_run_goes_the_whole_way_and_can_be_carried_out_from_where_it_lies(
    there: Running, tmp_path: Path
) -> None:
    there.bring(FIRST)
    writes, rows = there.kiwi_writes(), there.entity_keys()
    there.bring(SECOND | {"dry_run": True})
    assert (there.kiwi_writes(), there.entity_keys()) == (writes, rows)
    assert there.status("test-002#plan") == "planned"
    key = f"plans/{CONNECTION}/test-002.json"
    saved = tmp_path / "plan.json"
    saved.write_bytes(there.stack.aws.s3.get_object(Bucket=there.bucket, Key=key)["Body"].read())
    applied = typed("apply", saved)
    assert applied.exit_code == 0, applied.output
    there.assert_right([FIRST, SECOND])


def test_what_would_be_refused_or_supposes_other_settings_is_said_before(
    there: Running, tmp_path: Path
) -> None:
    there.bring(FIRST)
    file, saved = written(tmp_path / "second.json", SECOND), tmp_path / "plan.json"
    assert typed("plan", file, "--separator", "_", "--save", saved, "--json").exit_code == 0
    supposing = typed("apply", saved)
    assert supposing.exit_code == 1
    assert "supposes settings" in supposing.output
    assert typed("plan", file, "--save", saved).exit_code == 0
    there.configure(brake_agreements=7)
    changed = typed("apply", saved)
    assert changed.exit_code == 1
    assert "settings have changed" in changed.output
    file.unlink()
    there.configure()
    refused = typed("plan", written(tmp_path / "bad.json", SECOND | {"anzahl": {"mieter": 9}}))
    assert refused.exit_code == 1
    assert "count_mismatch" in refused.output
    assert typed("apply", written(tmp_path / "no.json", {})).exit_code == 2


def test_two_plans_are_compared(there: Running, tmp_path: Path) -> None:
    there.bring(FIRST)
    plans = [tmp_path / "a.json", tmp_path / "b.json"]
    for content, saved in zip((SECOND, SECOND | {"mieter": [tenant()]}), plans, strict=True):
        assert typed("plan", written(tmp_path / "e.json", content), "--save", saved).exit_code == 0
    differing = typed("plan", "diff", *plans)
    assert differing.exit_code == 1
    assert "4712" in differing.output
    assert json.loads(typed("plan", "diff", *plans, "--json").output)
    assert typed("plan", "diff", plans[0], plans[0]).exit_code == 0


def test_a_plan_that_holds_losses_exits_with_one(there: Running, tmp_path: Path) -> None:
    there.configure(brake_agreements=0, brake_percent=0)
    there.bring(FIRST)
    losing = export(2, verwaltungseinheiten=[unit()], mieter=[tenant()])
    held = typed("plan", written(tmp_path / "e.json", losing))
    assert held.exit_code == 1
    assert "Would be held" in held.output
    assert json.loads(typed("plan", tmp_path / "e.json", "--json").stdout)["holds"]


def test_an_export_that_does_not_say_whose_it_is_is_planned_and_applied_alike(
    there: Running, tmp_path: Path
) -> None:
    file, saved = tmp_path / "mieter.csv", tmp_path / "plan.json"
    file.write_bytes("mandant;nummer;nachname;email\n0001;4711;Müller;m@example.org\n".encode("cp1252"))
    planned = typed("plan", file, "--connection", CONNECTION, "--save", saved)
    assert planned.exit_code == 0, planned.output
    plan = json.loads(saved.read_text())
    assert planned_ids(plan, "create") == {"0001-4711"}
    applied = typed("apply", saved)
    assert applied.exit_code == 0, applied.output
    assert there.ids("tenant") == {"0001-4711"}
    assert json.loads(typed("plan", file, "--connection", CONNECTION, "--json").output)["lines"] == []


def test_another_feldmapping_is_supposed(there: Running, tmp_path: Path) -> None:
    file, mapping = tmp_path / "personen.csv", tmp_path / "other.yaml"
    file.write_text("Kreis;Nr;Name;Mail\n1;4711;Muster;m@example.org\n")
    mapping.write_text(MAPPING)
    told = typed("plan", file, "--connection", CONNECTION, "--mapping", mapping, "--json")
    assert told.exit_code == 0, told.output
    plan = json.loads(told.output)
    assert planned_ids(plan, "create") == {"0001-4711"}
    assert plan["settings"]["supposed"] == {"mapping": "other.yaml"}
    without = typed("plan", file, "--connection", CONNECTION)
    assert without.exit_code == 1


def test_a_local_run_can_plan_its_last_export(tmp_path: Path) -> None:
    files = [written(tmp_path / f"{number}.json", it) for number, it in enumerate((FIRST, SECOND))]
    report = tmp_path / "report.json"
    result = typed("local", "run", *files, "--plan", "--json", report)
    assert result.exit_code == 0, result.output
    assert "What the export would do · full export" in result.output
    told = json.loads(report.read_text())
    assert [one["export_id"] for one in told["exports"]] == ["test-001"]
    assert planned_ids(told["plan"], "create") == {"0001-100-2", "0001-4712", "0001-100-2-01-4712"}


def test_a_local_run_says_why_its_last_export_has_no_plan(tmp_path: Path) -> None:
    bad = written(tmp_path / "bad.json", FIRST | {"anzahl": {"mieter": 9}})
    result = typed("local", "run", bad, "--plan")
    assert result.exit_code == 1
    assert "count_mismatch" in result.output
