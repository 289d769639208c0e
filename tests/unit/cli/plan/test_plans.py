"""Plans on a person's machine: made, saved, read, compared, shown, as a page."""

import io
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from kiwi_cli.pages import Text, render
from kiwi_cli.plan.plan_page import page_of
from kiwi_cli.plan.plans import (
    PlanError,
    compare_plans,
    is_held,
    plan_export,
    plan_file,
    read_plan,
    save_plan,
    total,
)
from kiwi_cli.plan.show import show_comparison, show_plan
from kiwi_cli.texts import meaning
from kiwi_sync.rules.reasons import Loss, Notice, Reason
from rich.console import Console

from tests.unit.extract.brake.houses import changed, houses, numbers, without
from tests.unit.extract.exports import CONNECTION, NOW, Export, delta, document, encoded, full, tenant
from tests.unit.extract.plan.world import in_kiwi
from tests.unit.extract.rig import Rig

THREE = houses(numbers(3))


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiwi_cli.plan.plans.now", lambda: NOW)


@pytest.fixture
def rig() -> Rig:
    made = Rig()
    made.settings.store("0001", "0002", brake_agreements=20)
    made.extract(full(1, **THREE))
    in_kiwi(made)
    return made


def planned(rig: Rig, export: Export, *, values: bool = False, **supposed: Any) -> dict[str, Any]:
    read = document(export)
    return plan_export(read, rig.table, rig.settings, supposed, values=values, export={"file": "e.json"})


def printed(plan: dict[str, Any], lines: int = 40) -> str:
    out = io.StringIO()
    show_plan(Console(file=out, width=160), plan, lines)
    return out.getvalue()


def notes(plan: dict[str, Any]) -> list[str]:
    """The page's verdict and its notes, in English."""
    page = page_of(plan, "en")
    assert page.verdict is not None
    return [text.en for text in (page.verdict.label, *page.notes) if isinstance(text, Text)]


def test_a_plan_made_here_is_the_one_that_a_dry_run_makes(rig: Rig) -> None:
    export = full(2, **without(changed(THREE, "mieter", ["001"], vorname="Erika"), "mietvertraege", ["003"]))
    here, there = planned(rig, export), rig.plan(export)
    for own in ("export", "planned_at"):
        here.pop(own), there.pop(own)
    assert here == there
    assert total(here) == 2


def test_another_separator_renames_everything(rig: Rig) -> None:
    plan = planned(rig, full(2, **THREE), separator="_")
    assert {line["external_id"] for line in plan["lines"] if line["kind"] == "tenant"} == {
        f"0001_{number}" for number in numbers(3)
    }
    assert {line["action"] for line in plan["lines"]} == {"update", "replace"}
    assert plan["settings"]["supposed"] == {"separator": "_"}
    assert total(planned(rig, full(2, **THREE))) == 0


def test_other_mandanten_lose_the_deselected_one(rig: Rig) -> None:
    plan = planned(rig, full(2, [tenant("9", "0002")], ["0002"]), mandanten=["0002"])
    assert total(plan, ("delete",)) == 9
    assert total(plan, ("create",)) == 1


def test_a_setting_that_is_none_is_refused(rig: Rig) -> None:
    with pytest.raises(PlanError, match="separator"):
        planned(rig, full(2, **THREE), separator="+")


def test_an_export_that_would_be_refused_has_no_plan(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "e.json"
    path.write_bytes(encoded(full(2) | {"connection": "nobody"}))
    with pytest.raises(PlanError, match="unknown_connection"):
        plan_file(path, rig.table, rig.settings, {}, values=False)
    path.write_text("{")
    with pytest.raises(PlanError, match="not_json"):
        plan_file(path, rig.table, rig.settings, {}, values=False)


def test_values_only_on_request(rig: Rig) -> None:
    export = full(2, **changed(THREE, "mieter", ["001"], vorname="Gunhild"))
    assert "Gunhild" not in json.dumps(planned(rig, export))
    plan = planned(rig, export, values=True)
    assert plan["lines"][0]["values"] == {"first_name": ["", "Gunhild"]}
    assert "Gunhild" in printed(plan)


def test_a_plan_is_read_as_it_was_saved(rig: Rig, tmp_path: Path) -> None:
    plan = planned(rig, full(2, **houses(numbers(4))))
    save_plan(plan, tmp_path / "plan.json")
    assert read_plan(tmp_path / "plan.json") == plan


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"format": "erp-export/1"}',
        '{"format": "kiwi-plan/1"}',
        '{"format": "kiwi-plan/1", "connection": "c", "export_id": "e", "export": {}, "lines": [{}], '
        '"settings": {"version": 1, "supposed": {}}, "state": {"fingerprint": "0"}}',
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(PlanError, match=r"plan\.json"):
        read_plan(tmp_path / "plan.json")


def test_plans_differ_in_what_they_do_with_a_key(rig: Rig) -> None:
    old = planned(rig, full(2, **without(THREE, "mietvertraege", ["003"])))
    new = planned(rig, full(2, **without(THREE, "mietvertraege", ["002", "003"])))
    assert compare_plans(old, old) == []
    (one,) = compare_plans(old, new)
    assert (one["key"], one["old"], one["new"]["action"]) == (
        f"{CONNECTION}/rental_agreement/0001/002/002",
        None,
        "delete",
    )
    out = io.StringIO()
    show_comparison(Console(file=out, width=160), [one], 10)
    assert "0001/002/002" in out.getvalue()


def test_what_is_printed_says_what_would_happen_and_stops_in_time(rig: Rig) -> None:
    plan = planned(rig, full(2, **without(THREE, "mietvertraege", ["001", "002", "003"])))
    text = printed(plan, lines=2)
    assert "… and 1 more" in text
    assert text.count("0001-00") == 2
    assert "nothing would change" not in text


def test_a_plan_of_nothing_says_so(rig: Rig) -> None:
    plan = planned(rig, full(2, **THREE))
    assert notes(plan) == ["nothing would change"]
    assert "nothing would change" in printed(plan)


def test_what_a_person_has_to_know_besides(rig: Rig) -> None:
    plan = planned(rig, full(2, **THREE))
    plan["undecided"], plan["state"] = 2, {"owed": 3, "parked": 4, "busy": True}
    told = " ".join(notes(plan))
    assert all(
        part in told
        for part in ("Undecided lines: 2", "At least 3 rows", "is tried again: 4", "Another export")
    )


def test_held_losses_are_shown(rig: Rig) -> None:
    rig.settings.store(brake_agreements=0, brake_percent=0)
    plan = planned(rig, full(2, **without(THREE, "mietvertraege", ["002", "003"])))
    assert is_held(plan)
    assert "Would be held" in printed(plan)


@pytest.mark.parametrize("language", ["", "de", "en"])
def test_the_page_says_the_same_in_both_languages_and_needs_nothing_else(rig: Rig, language: str) -> None:
    rig.settings.store(brake_agreements=0, brake_percent=0)
    other = changed(THREE, "mieter", ["001"], vorname="<b>Erika</b>", email="neu@example.org")
    export = full(2, **without(other, "mietvertraege", ["003"])) | {"mieter": [*other["mieter"], "x"]}
    page = render(page_of(planned(rig, export, values=True), language))
    assert "Was der Export täte" in page
    assert "What the export would do" in page
    assert "<b>Erika" not in page
    assert "personenbezogene Daten" in page
    assert "Abgewiesene Sätze" in page
    assert "http" not in page.replace("http-equiv", "")


CSV = "mandant;nummer;nachname;email\n0001;{};Meier;{}@example.org\n"


def written(path: Path, nummer: str) -> Path:
    path.write_text(CSV.format(nummer, nummer))
    return path


def test_a_file_of_yesterday_is_planned_as_it_would_come_now(rig: Rig, tmp_path: Path) -> None:
    path = written(tmp_path / "mieter.csv", "9")
    long_ago = (NOW - timedelta(days=50)).timestamp()
    os.utime(path, (long_ago, long_ago))
    plan = plan_file(path, rig.table, rig.settings, {}, folder=f"{CONNECTION}/delta")
    assert total(plan, ("create",)) == 1
    assert plan["rows"]["outdated"] == 0


@pytest.mark.parametrize("name", ["mieter-teil-1-von-2.csv", "mieter-teil-3-von-2.csv"])
def test_a_part_by_its_name_has_no_plan(rig: Rig, tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, "9")
    with pytest.raises(PlanError, match="part"):
        plan_file(path, rig.table, rig.settings, {}, folder=f"{CONNECTION}/full")


def test_a_superseded_export_says_so(rig: Rig) -> None:
    plan = planned(rig, full(0, **houses(numbers(2))))
    assert notes(plan) == [
        "superseded: something newer is known of all that the export says; nothing is taken"
    ]
    assert "überholt" in render(page_of(plan, "de"))


def test_what_is_older_in_part_says_so(rig: Rig) -> None:
    plan = planned(rig, full(2, **THREE))
    plan["rows"] |= {"outdated": 4}
    assert notes(plan) == [
        "nothing would change",
        "Records that are older than what is known, and change nothing: 4.",
    ]
    page = render(page_of(plan, "de"))
    assert "nichts ändern: 4" in page
    assert "nichts würde sich ändern" in page


def compared(old: dict[str, Any], new: dict[str, Any]) -> str:
    out = io.StringIO()
    show_comparison(Console(file=out, width=160), compare_plans(old, new), 10)
    return out.getvalue()


def test_the_same_plan_with_and_without_values_is_the_same(rig: Rig) -> None:
    export = full(2, **changed(THREE, "mieter", ["001"], vorname="Gunhild"))
    for one in (export, delta(2, export["mieter"])):
        bare, told = planned(rig, one), planned(rig, one, values=True)
        assert compare_plans(bare, told) == []
        assert bare["state"] == told["state"]


def test_what_differs_in_values_alone_is_told_apart_by_hashes(rig: Rig) -> None:
    old, new = (
        planned(rig, full(2, **changed(THREE, "mieter", ["001"], vorname=name)), values=True)
        for name in ("Gunhild", "Erika")
    )
    told = compared(old, new)
    assert all(plan["lines"][0]["new_hash"][:8] in told for plan in (old, new))
    assert "Gunhild" not in told


def test_a_comparison_names_only_options_that_it_has(rig: Rig) -> None:
    old, new = planned(rig, full(2, **THREE)), planned(rig, full(2, **houses(numbers(9))))
    told = compared(old, new)
    assert "more (--lines, --json)" in told


def test_a_page_says_all_that_a_person_has_to_know(rig: Rig) -> None:
    plan = planned(rig, full(2, **THREE))
    plan["undecided"], plan["state"] = 1, {"owed": 3, "parked": 4, "busy": True}
    plan["counts"] = [dict.fromkeys(("create", "update", "replace", "delete", "hold", "skip"), 0)]
    plan["counts"][0] |= {"mandant": "0001", "kind": "tenant", "skip": 1, "update": 1, "create": 1}
    head = {"kind": "tenant", "key": "k", "external_id": "x"}
    plan["lines"] = [
        head | {"action": "skip", "reason": "email_taken", "undecided": True},
        head | {"action": "update"},
        head
        | {
            "kind": "rental_unit",
            "action": "create",
            "notice": "address_incomplete",
            "values": {"address.lat": [None, 0.0]},
        },
    ]
    page = render(page_of(plan, "de"))
    for text in (
        "E-Mail-Adresse schon vergeben (email_taken); offen",
        "ohne Adresse: unvollständig (address_incomplete)",
        "nicht bekannt",
        "address.lat: – → 0.0",
        "abgelehnt hat, wird noch einmal versucht: 4",
        "Ein anderer Export",
        "Was noch aussteht",
    ):
        assert text in page, text


@pytest.mark.parametrize("code", [*Reason, *Loss, *Notice, "duplicate"])
def test_every_reason_has_words(code: str) -> None:
    words = meaning(code)
    assert words.de.endswith(f" ({code})")
    assert words.en.endswith(f" ({code})")


def test_a_code_without_words_stays_a_code() -> None:
    assert meaning("new_code") == Text("new_code", "new_code")
