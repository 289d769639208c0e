"""The output of `kiwi-sync local run --json`: every key and type, and its agreement with the facts."""

import json
from collections.abc import Iterator
from typing import Annotated, Literal

import pytest
from kiwi_cli.main import app
from kiwi_sandbox.kiwi import EmbeddedKiwi
from pydantic import BaseModel, ConfigDict, Field
from typer.testing import CliRunner

from tests.stack.building import export, lease, letting, tenant, unit

Count = Annotated[int, Field(ge=0)]
KiwiKind = Literal["rental_unit", "tenant", "rental_agreement"]
ErpKind = Literal["verwaltungseinheiten", "mieter", "mietvertraege"]


class Strict(BaseModel):
    """Nothing more, nothing less, and no other types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Read(Strict):
    verwaltungseinheiten: Count
    mieter: Count
    mietvertraege: Count


class Rejected(Strict):
    kind: ErpKind
    key: str | None
    field: str | None
    reason: str
    place: str


class Export(Strict):
    export_id: str
    file: str
    status: Literal["done", "rejected", "superseded", "held"]
    reason: str
    detail: str
    read: Read
    rejected: list[Rejected]
    unchanged: Count
    changed: Count
    gone: Count


class ByKind(Strict):
    rental_unit: Count
    tenant: Count
    rental_agreement: Count


class Kiwi(Strict):
    created: ByKind
    updated: ByKind
    deleted: ByKind
    requests: dict[Literal["GET", "POST", "PUT", "DELETE"], Count]


class Skipped(Strict):
    kind: KiwiKind
    external_id: str
    reason: str


class Door(Strict):
    id: str
    name: str


class Notice(Skipped):
    doors: list[Door]


class Problem(Strict):
    kind: KiwiKind | Literal["connection", "message"]
    external_id: str
    code: str
    message: str


class OfMandant(Strict):
    mandant: str
    lost: Count
    total: Count
    ended_by: str | None


class Lost(Strict):
    agreement: str
    record: str
    reason: str


class Hold(Strict):
    connection: str
    export_id: str
    scope: Literal["full", "delta"]
    status: Literal["standing", "approved", "carried_out", "rejected", "ended"]
    held_at: str
    mandanten: list[OfMandant]
    agreements: list[Lost]
    by: str | None
    decided_at: str | None


class Messages(Strict):
    transform: Count
    load: Count


class Report(Strict):
    exports: list[Export]
    holds: list[Hold]
    kiwi: Kiwi
    skipped: list[Skipped]
    notices: list[Notice]
    problems: list[Problem]
    state_writes: Count
    messages: Messages
    drained: bool


# 4713 has the address of somebody who is in KIWI by hand.
FIRST = export(
    1,
    verwaltungseinheiten=[unit(), unit("2", bundesland=None), unit("3", latitude=532)],
    mieter=[tenant(), tenant("4712", email=None), tenant("4713", email="by-hand@example.org")],
    mietvertraege=[lease(by=["4711", "4712"]), lease("100-2-01", of="2", by=["4713"])],
)
SECOND = export(2, **letting(mieter=[tenant(nachname="Neu"), tenant("4713", email="by-hand@example.org")]))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Report, EmbeddedKiwi]]:
    folder = tmp_path_factory.mktemp("run")
    paths = [folder / name for name in ("first.json", "bad.json", "second.json", "report.json")]
    for path, content in zip(paths, (json.dumps(FIRST), "{no JSON", json.dumps(SECOND)), strict=False):
        path.write_text(content)
    with EmbeddedKiwi() as kiwi:
        kiwi.add_account("erp", "secret")
        kiwi.put_object("tenant", {"id": "x", "external_id": "x", "email_address": "by-hand@example.org"})
        account = ["--kiwi-api-url", kiwi.api_url, "--kiwi-erp-api-url", kiwi.erp_api_url]
        account += ["--username", "erp", "--password", "secret"]
        inputs = ["--duplicate", *map(str, paths[:3]), "--json", str(paths[3]), "--mandant", "0001"]
        result = CliRunner().invoke(app, ["local", "run", *inputs, *account])
        yield result.exit_code, Report.model_validate_json(paths[3].read_text()), kiwi


def test_an_export_is_one_entry_however_often_it_comes(run: tuple[int, Report, EmbeddedKiwi]) -> None:
    exports = run[1].exports
    assert [(one.export_id, one.file, one.status) for one in exports[:2]] == [
        ("test-001", "first.json", "done"),
        ("test-002", "second.json", "done"),
    ]
    assert [(one.file, one.status, one.reason) for one in exports[2:]] == [
        ("bad.json", "rejected", "not_json")
    ] * 2
    assert len({one.export_id for one in exports}) == 4


def test_the_repeat_of_an_export_is_unchanged(run: tuple[int, Report, EmbeddedKiwi]) -> None:
    second = run[1].exports[1]
    assert (second.unchanged, second.changed, second.gone) == (4, 0, 0)
    assert second.rejected == []


def test_a_rejected_record_has_its_place(run: tuple[int, Report, EmbeddedKiwi]) -> None:
    first = run[1].exports[0]
    assert first.read == Read(verwaltungseinheiten=3, mieter=3, mietvertraege=2)
    assert first.rejected == [
        Rejected(
            kind="verwaltungseinheiten",
            key="0001/100/3",
            field="latitude",
            reason="out_of_range",
            place="verwaltungseinheiten[2]",
        )
    ]


def test_effects_are_kiwi_s_own(run: tuple[int, Report, EmbeddedKiwi]) -> None:
    _, report, kiwi = run
    effects = report.kiwi
    assert effects.created.model_dump() == {"rental_unit": 2, "tenant": 1, "rental_agreement": 1}
    assert effects.updated.model_dump() == {"rental_unit": 0, "tenant": 1, "rental_agreement": 0}
    assert effects.deleted.model_dump() == {"rental_unit": 1, "tenant": 0, "rental_agreement": 0}
    methods = [request.method for request in kiwi.requests]
    assert effects.requests == {method: methods.count(method) for method in sorted(set(methods))}


def test_problems_skips_and_the_exit_code(run: tuple[int, Report, EmbeddedKiwi]) -> None:
    code, report, _ = run
    assert report.problems == [
        Problem(kind="tenant", external_id="0001-4713", code="foreign_object", message="tenant x")
    ]
    assert report.skipped == report.notices == []
    assert report.holds == []
    assert (code, report.drained) == (1, True)


def test_costs_are_counted(run: tuple[int, Report, EmbeddedKiwi]) -> None:
    report = run[1]
    assert report.state_writes > 0
    assert report.messages.transform > 0
    assert report.messages.load > 0
