"""The brake on the whole path: held losses change nothing in KIWI until a person decides."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from kiwi_cli.deployed.holds import approve, reject
from kiwi_cli.main import app
from kiwi_sync.rules.reasons import HoldStatus
from kiwi_sync.state.holds import Hold, holds
from typer.testing import CliRunner

from tests.stack.building import Json, export, lease, tenant, unit
from tests.stack.running import CONNECTION, PATIENCE, Running
from tests.stack.test_commands_json import Report

NUMBERS = [str(number) for number in range(1, 11)]
LOSING = NUMBERS[:3]


def houses(**changes: Any) -> Json:
    """Ten units, ten tenants, ten leases, with some changes."""
    return {
        "verwaltungseinheiten": [unit(number) for number in NUMBERS],
        "mieter": [tenant(number) for number in NUMBERS],
        "mietvertraege": [lease(f"L{number}", of=number, by=[number]) for number in NUMBERS],
    } | changes


def fewer(number: int, scope: str = "full") -> Json:
    """An export with 30 % of the tenants missing, and a new unit."""
    units = [*(unit(number) for number in NUMBERS), unit("99")]
    there = [tenant(number) for number in NUMBERS if number not in LOSING]
    return export(number, scope, **houses(mieter=there, verwaltungseinheiten=units))


def renamed(**fields: Any) -> list[Json]:
    return [tenant(number, nachname="Neu", **fields) for number in NUMBERS]


@pytest.fixture
def let(run: Running) -> Iterator[Running]:
    """A stack that has brought ten tenants to KIWI, and lets two be lost."""
    run.configure(brake_agreements=2)
    run.bring(export(1, **houses()))
    assert len(run.ids("rental_agreement")) == 10
    yield run
    assert run.kiwi.deleted_with_access == []
    assert run.stack.dead_letters() == []


def standing(run: Running) -> list[Hold]:
    return [hold for hold in holds(run.stack.aws.state, CONNECTION) if hold.stands]


def status(run: Running, number: int) -> HoldStatus:
    (found,) = [
        hold for hold in holds(run.stack.aws.state, CONNECTION) if hold.export_id == f"test-{number:03}"
    ]
    return found.status


def approved(run: Running) -> None:
    for hold in standing(run):
        approve(run.stack.aws.state, run.stack.exports, hold, "Erika", datetime.now(UTC))
    assert run.stack.drain(PATIENCE)


def test_an_export_with_30_percent_of_the_tenants_missing(let: Running) -> None:
    before = let.kiwi.content()
    let.bring(fewer(2))
    now = let.kiwi.content()
    assert let.status("test-002") == "held"
    assert (now["tenant"], now["rental_agreement"]) == (before["tenant"], before["rental_agreement"])
    assert let.ids("rental_unit") == {f"0001-100-{number}" for number in [*NUMBERS, "99"]}, "the rest flows"
    (hold,) = standing(let)
    assert (hold.counts["0001"].lost, hold.counts["0001"].total) == (3, 10)
    approved(let)
    let.assert_right([export(1, **houses()), fewer(2)])
    assert let.status("test-002") == "done"
    assert standing(let) == []


def test_an_export_with_an_empty_e_mail_column(let: Running) -> None:
    before = let.kiwi.content()
    empty = export(2, **houses(mieter=renamed(email=None)))
    let.bring(empty)
    assert let.kiwi.content() == before, "who loses the e-mail keeps the old name with it"
    (hold,) = standing(let)
    assert (hold.counts["0001"].lost, {lost.reason.value for lost in hold.keys}) == (10, {"no_email"})
    approved(let)
    let.assert_right([export(1, **houses()), empty])
    assert let.ids("tenant") == let.ids("rental_agreement") == set()


def test_a_rejected_export_never_takes_anything(let: Running) -> None:
    before = let.kiwi.content()["tenant"]
    let.bring(fewer(2))
    (hold,) = standing(let)
    reject(let.stack.aws.state, hold, "Erika", datetime.now(UTC))
    let.bring(fewer(2))
    assert (let.kiwi.content()["tenant"], status(let, 2)) == (before, HoldStatus.REJECTED)


def test_a_better_full_export_ends_the_hold(let: Running) -> None:
    let.bring(fewer(2))
    better = export(3, **houses(mieter=renamed()))
    let.bring(better)
    assert (status(let, 2), standing(let)) == (HoldStatus.ENDED, [])
    let.assert_right([export(1, **houses()), better])
    assert let.status("test-003") == "done"


def test_a_large_export_is_kept_and_carried_out_from_the_bucket(let: Running) -> None:
    large = fewer(2) | {"anmerkungen": ["x" * 100_000] * 11}
    let.bring(large)
    assert {key for key in let.object_keys() if key.startswith("held/")} == {
        f"held/{CONNECTION}/test-002.json"
    }
    approved(let)
    let.assert_right([export(1, **houses()), fewer(2)])


def test_small_deltas_reach_the_limit_together(let: Running) -> None:
    exports = [export(1, **houses())]
    for number, nummer in enumerate(LOSING, 2):
        gone = {"mietvertraege": [{"mandant": "0001", "nummer": f"L{nummer}"}]}
        exports.append(export(number, "delta", geloescht=gone))
        let.bring(exports[-1])
    assert [let.status(f"test-{number:03}") for number in (2, 3, 4)] == ["done", "done", "held"]
    let.assert_right(exports[:3])
    approved(let)
    let.assert_right(exports)


def local_run(tmp_path: Path, *more: str) -> tuple[int, dict[str, Any], str]:
    many = [str(number) for number in range(1, 23)]
    there: Json = {
        "verwaltungseinheiten": [unit(number) for number in many],
        "mieter": [tenant(number) for number in many],
        "mietvertraege": [lease(f"L{number}", of=number, by=[number]) for number in many],
    }
    paths = [tmp_path / name for name in ("all.json", "none.json", "report.json")]
    paths[0].write_text(json.dumps(export(1, **there)))
    paths[1].write_text(json.dumps(export(2, **there | {"mietvertraege": []})))
    arguments = ["local", "run", *map(str, paths[:2]), "--json", str(paths[2]), "--mandant", "0001", *more]
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, json.loads(paths[2].read_text()), result.output


def test_a_local_run_shows_what_is_held_and_why(tmp_path: Path) -> None:
    code, report, output = local_run(tmp_path)
    Report.model_validate(report)
    assert (code, report["drained"], report["problems"]) == (1, True, [])
    assert [one["status"] for one in report["exports"]] == ["done", "held"]
    (hold,) = report["holds"]
    assert (hold["export_id"], hold["status"], hold["by"]) == ("test-002", "standing", None)
    assert hold["mandanten"] == [{"mandant": "0001", "lost": 22, "total": 22, "ended_by": None}]
    assert {one["reason"] for one in hold["agreements"]} == {"removed"}
    assert "muster-wohnbau/rental_agreement/0001/L7/7" in output
    assert report["kiwi"]["deleted"]["rental_agreement"] == 0


def test_a_local_run_approves_in_somebody_s_name(tmp_path: Path) -> None:
    code, report, output = local_run(tmp_path, "--approve", "Erika Muster")
    assert code == 0, output
    assert "Approved by Erika Muster: test-002" in output
    assert [one["status"] for one in report["exports"]] == ["done", "done"]
    assert [(hold["status"], hold["by"]) for hold in report["holds"]] == [("carried_out", "Erika Muster")]
    assert report["kiwi"]["deleted"]["rental_agreement"] == 22
