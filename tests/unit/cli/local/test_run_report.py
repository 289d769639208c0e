"""The report: who was skipped and why, what a person must look at, and the exit code."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from kiwi_cli.console.run_tables import show_report
from kiwi_cli.local.run_report import Report, build_report, exit_code
from kiwi_cli.texts import meaning
from kiwi_sandbox.ledger import Message
from kiwi_sandbox.stack import LocalStack
from kiwi_sync.rules.reasons import Notice
from kiwi_sync.state.table import Change, ItemKey
from rich.console import Console


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with LocalStack() as stack:
        yield stack


@pytest.fixture
def put(stack: LocalStack) -> Iterator[Any]:
    written: list[ItemKey] = []

    def put(pk: str, sk: str, **attributes: str | list[str]) -> None:
        values = {
            name: value if isinstance(value, str) else frozenset(value) for name, value in attributes.items()
        }
        assert stack.aws.state.update((pk, sk), Change(put=values))
        written.append((pk, sk))

    yield put
    for key in written:
        stack.aws.state.delete(key)


def report(stack: LocalStack, *files: tuple[str, str], drained: bool = True) -> Report:
    return build_report(stack, dict(files), {"muster": "_"}, drained=drained)


TENANT = "muster#0001#mieter#0"
UNIT = "muster#0001#verwaltungseinheit#0"
AGREEMENT = "muster#0001#rental_agreement#0"


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"reason": "no_email"}, "no_email"),
        ({"outcome": "email_taken", "desired": "{}"}, "email_taken"),
        ({"reason": "gone", "outcome": "waiting", "kiwi_id": "x"}, "waiting"),
        ({"reason": "no_email", "outcome": "waiting"}, "no_email"),
    ],
)
def test_a_skip_has_the_row_s_reason(stack: LocalStack, put: Any, attributes: Any, reason: str) -> None:
    put(TENANT, "4711", **attributes)
    assert report(stack)["skipped"] == [{"kind": "tenant", "external_id": "0001_4711", "reason": reason}]


@pytest.mark.parametrize("attributes", [{"reason": "gone"}, {"desired": "{}", "kiwi_id": "x"}])
def test_what_is_gone_or_well_is_no_skip(stack: LocalStack, put: Any, attributes: Any) -> None:
    put(TENANT, "4711", **attributes)
    content = report(stack)
    assert content["skipped"] == content["problems"] == []


def test_a_lease_is_reported_by_its_agreements(stack: LocalStack, put: Any) -> None:
    put("muster#0001#mietvertrag#0", "100-01", reason="no_email")
    put(AGREEMENT, "100-01#4711", reason="tenant_not_synchronized", external_id="0001_100-01_4711")
    assert [entry["external_id"] for entry in report(stack)["skipped"]] == ["0001_100-01_4711"]


def test_numbers_in_keys_are_unescaped(stack: LocalStack, put: Any) -> None:
    put(UNIT, "1%2F2#%23 3", reason="waiting")
    assert report(stack)["skipped"][0]["external_id"] == "0001_1/2_# 3"


def test_a_problem_comes_with_kiwi_s_words_and_is_no_skip(stack: LocalStack, put: Any) -> None:
    put(UNIT, "100#1", problem="kiwi_refused", problem_text="ADDRESS_INVALID_ERROR", outcome="waiting")
    content = report(stack)
    assert content["problems"] == [
        {
            "kind": "rental_unit",
            "external_id": "0001_100_1",
            "code": "kiwi_refused",
            "message": "ADDRESS_INVALID_ERROR",
        }
    ]
    assert content["skipped"] == []
    assert exit_code(content) == 1


def test_a_notice_is_about_what_is_in_kiwi(stack: LocalStack, put: Any) -> None:
    put(UNIT, "100#1", notice="address_incomplete", kiwi_id="x", desired="{}")
    put(UNIT, "100#2", notice="address_incomplete")
    content = report(stack)
    assert content["notices"] == [
        {"kind": "rental_unit", "external_id": "0001_100_1", "reason": "address_incomplete", "doors": []}
    ]
    assert exit_code(content) == 0


DOORS = [{"id": "17", "name": "Haustür", "permission": "IS_HOST"}, {"id": "18", "name": ""}]


def test_what_was_noticed_is_told_also_of_what_is_gone(stack: LocalStack, put: Any) -> None:
    put(UNIT, "100#1", reason="gone", noticed=["doors_removed"], doors=json.dumps(DOORS))
    put(TENANT, "4711", reason="gone", noticed=["former_id_deleted"])
    content = report(stack)
    doors = [{"id": "17", "name": "Haustür"}, {"id": "18", "name": ""}]
    assert content["notices"] == [
        {"kind": "tenant", "external_id": "0001_4711", "reason": "former_id_deleted", "doors": []},
        {"kind": "rental_unit", "external_id": "0001_100_1", "reason": "doors_removed", "doors": doors},
    ]
    assert content["skipped"] == content["problems"] == []
    assert exit_code(content) == 0


def test_a_unit_may_have_several_notices_and_only_those_of_doors_name_them(
    stack: LocalStack, put: Any
) -> None:
    doors = json.dumps(DOORS[:1])
    noticed = ["doors_not_restored"]
    put(UNIT, "100#1", notice="address_incomplete", kiwi_id="x", noticed=noticed, doors=doors)
    assert [(one["reason"], len(one["doors"])) for one in report(stack)["notices"]] == [
        ("address_incomplete", 0),
        ("doors_not_restored", 1),
    ]


@pytest.mark.parametrize("code", list(Notice))
def test_a_notice_is_told_in_two_languages(code: str) -> None:
    words = meaning(code)
    assert words.de.endswith(f" ({code})")
    assert words.en.endswith(f" ({code})")
    assert words.de != words.en


def test_what_load_has_noticed_is_told(stack: LocalStack, put: Any) -> None:
    put(UNIT, "100#1", kiwi_id="x", desired="{}", noticed=["coordinates_kept"])
    put(UNIT, "100#2", noticed=["doors_removed"])
    told = [(notice["external_id"], notice["reason"]) for notice in report(stack)["notices"]]
    assert told == [("0001_100_1", "coordinates_kept"), ("0001_100_2", "doors_removed")]


def test_a_refused_log_in_is_a_problem_of_the_connection(stack: LocalStack, put: Any) -> None:
    put("%connection#muster", "kiwi", paused_version="v1")
    put("%connection#another", "kiwi", paused_version="v1")
    (problem,) = report(stack)["problems"]
    assert (problem["kind"], problem["external_id"], problem["code"]) == (
        "connection",
        "muster",
        "login_refused",
    )


def test_an_export_is_one_entry_in_the_order_of_dropping(stack: LocalStack, put: Any) -> None:
    counts = {"read": {"mieter": 2}, "rejected": 1, "unchanged": 3, "changed": 4, "gone": 5}
    rejected = [
        {"kind": "mieter", "key": "0001/1", "field": "email", "reason": "not_text", "place": "mieter[0]"}
    ]
    put("%run#muster", "a", status="done", counts=json.dumps(counts), rejected=json.dumps(rejected))
    put("%run#muster", "b", status="superseded")
    put("%run#%unknown", "message-1", status="rejected", reason="not_json", detail="line 1")
    content = report(stack, ("b", "b.json"), ("a", "a.json"), ("message-1", "bad.json"))
    assert [export["export_id"] for export in content["exports"]] == ["b", "a", "message-1"]
    assert content["exports"][1] == {
        "export_id": "a",
        "file": "a.json",
        "status": "done",
        "reason": "",
        "detail": "",
        "read": {"verwaltungseinheiten": 0, "mieter": 2, "mietvertraege": 0},
        "rejected": rejected,
        "unchanged": 3,
        "changed": 4,
        "gone": 5,
    }
    refused = content["exports"][2]
    assert (refused["file"], refused["reason"], refused["detail"]) == ("bad.json", "not_json", "line 1")
    assert exit_code(content) == 1


def test_a_superseded_export_and_skips_are_no_failure(stack: LocalStack, put: Any) -> None:
    put("%run#muster", "b", status="superseded")
    put(TENANT, "1", reason="no_email")
    assert exit_code(report(stack)) == 0


def test_giving_up_comes_before_problems(stack: LocalStack, put: Any) -> None:
    put(UNIT, "100#1", problem="kiwi_refused")
    assert exit_code(report(stack, drained=False)) == 3


def test_the_report_has_the_keys_that_it_promises(stack: LocalStack) -> None:
    content = report(stack)
    assert content.keys() == {
        "exports", "holds", "kiwi", "skipped", "notices", "problems", "state_writes", "messages", "drained"
    }  # fmt: skip
    zero = {"rental_unit": 0, "tenant": 0, "rental_agreement": 0}
    assert content["kiwi"] == {"created": zero, "updated": zero, "deleted": zero, "requests": {}}
    assert content["messages"] == {"transform": 0, "load": 0}
    assert json.loads(json.dumps(content)) == content


def test_the_tables_say_what_the_report_says(stack: LocalStack, put: Any) -> None:
    put(
        "%run#muster",
        "a[b]",
        status="rejected",
        reason="too_old",
        rejected='[{"kind": "mieter", "key": null}]',
    )
    put(TENANT, "4711", reason="no_email")
    put(UNIT, "1#1", problem="kiwi_refused", problem_text="[bold]no[/bold]")
    put(UNIT, "1#2", notice="address_incomplete", kiwi_id="x")
    put(UNIT, "1#3", reason="gone", noticed=["doors_removed"], doors=json.dumps(DOORS))
    console = Console(file=io.StringIO(), width=160)
    show_report(console, report(stack))
    text = console.file.getvalue()  # type: ignore[attr-defined]  # the console writes to a StringIO
    problems = ("a[b]", "too_old", "0001_4711", "no_email", "[bold]no[/bold]")
    for expected in (*problems, "address_incomplete", "doors_removed", "Haustür (17), 18"):
        assert expected in text
    assert "\x1b" not in text


def test_a_dead_letter_is_a_problem_that_names_the_keys(stack: LocalStack) -> None:
    bodies = (
        '{"key": "muster/mieter/0001/1", "wake": true}',
        '{"keys": ["a", "b"]}',
        "no JSON",
        '{"format": "x"}',
    )
    letters = [("q", Message(str(number), body, receives=5)) for number, body in enumerate(bodies)]
    stack.poller.dead += letters
    try:
        problems = report(stack)["problems"]
    finally:
        stack.poller.dead.clear()
    assert [problem["external_id"] for problem in problems] == ["muster/mieter/0001/1", "a, b", "2", "3"]
    assert {problem["code"] for problem in problems} == {"dead_letter"}
