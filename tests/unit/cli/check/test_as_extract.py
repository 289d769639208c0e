"""check rejects and refuses exactly what extract does."""

import json
import re
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from kiwi_extract.inbox.feldmappings import parse_file

from tests.fuzz import cases
from tests.generate import random_history
from tests.unit.cli.check.as_extract import Rejection, Upload, by_check, by_extract
from tests.unit.cli.check.drawn_uploads import uploads
from tests.unit.cli.check.looking import CONNECTION, LEASE, NOW, TENANT, UNIT, Json, export
from tests.written import as_csv, as_xlsx, as_zip

PLACE = re.compile(rf"exports/{CONNECTION}/(full|delta)/([^/]+)")
MANDANTEN = ["0001", "0002"]
KEY: Json = {"mandant": "0001", "nummer": "4711"}


def agree(upload: Upload) -> tuple[str | None, set[Rejection]]:
    """Assert that both say the same; the refusal, and the rejections."""
    feldmapping = parse_file(upload.mapping) if upload.mapping else None
    expected, said = by_extract(upload, feldmapping), by_check(upload)
    assert said.refusal == expected.refusal
    if expected.refusal is None:
        assert said.count == expected.count
        rejected = {at: key for at, key in expected.rejected.items() if at.place not in said.misplaced}
        assert said.rejected.keys() == rejected.keys()
        assert all(said.rejected[at] == key for at, key in rejected.items() if key is not None)
    return expected.refusal, set(expected.rejected)


def document(*mandanten: str, scope: str = "full", **lists: Any) -> Upload:
    content = json.dumps(export(**lists, scope=scope)).encode()
    return Upload({"export-1.json": content}, scope, mandanten or MANDANTEN)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(uploads())
def test_drawn_uploads_in_every_format(upload: Upload) -> None:
    agree(upload)


@pytest.mark.parametrize("seed", range(4))
def test_histories_of_a_little_world(seed: int) -> None:
    for one in random_history(seed, now=NOW):
        agree(Upload({"export-1.json": json.dumps(one).encode()}, one["scope"], MANDANTEN))


def test_damaged_files() -> None:
    looked_at = 0
    for seed in range(400):
        case = cases.draw(Random(seed))
        for key, content in case.objects.items():
            place = PLACE.fullmatch(key)
            if place and "-von-" not in key:
                agree(Upload({place[2]: content}, place[1], MANDANTEN))
                looked_at += 1
    assert looked_at > 20


def test_a_deletion_wins_over_a_record_that_is_rejected() -> None:
    deleted: Json = {"scope": "delta", "geloescht": {"mieter": [KEY]}}
    assert agree(document(tenants=[{**TENANT, "vorname": "x" * 1001}], **deleted)) == (None, set())


def test_a_deletion_wins_over_records_of_one_key() -> None:
    deleted: Json = {"scope": "delta", "geloescht": {"mieter": [KEY]}}
    assert agree(document(tenants=[TENANT, TENANT], **deleted)) == (None, set())


def test_of_a_mandant_that_is_not_listed_nothing_is_a_duplicate() -> None:
    other = {**TENANT, "mandant": "0002"}
    _, rejected = agree(document(tenants=[TENANT, other, other]))
    assert {one.reason for one in rejected} == {"mandant_not_listed"}


def test_a_rejected_line_of_totals_is_counted() -> None:
    total = {"mandant": "0001", "nummer": "Summe"}
    _, rejected = agree(document(leases=[LEASE, total]))
    assert [one.place for one in rejected] == ["mietvertraege[1]"]


def folder(side: Json, **tables: list[Json]) -> Upload:
    files = {f"{name}.csv": as_csv(name, records) for name, records in tables.items()}
    head = json.dumps(side | {"dateien": list(files)}).encode()
    return Upload({"export.json": head} | files, "full", MANDANTEN)


def test_a_part_without_records_does_no_harm() -> None:
    assert agree(folder({}, mieter=[TENANT], mietvertraege=[])) == (None, set())


def test_numbers_in_a_side_file_that_are_none() -> None:
    assert agree(folder({"anzahl": "viele"}, mieter=[TENANT], mietvertraege=[LEASE]))[0] == "envelope_invalid"


def test_a_document_that_says_all_of_itself_needs_no_side_file() -> None:
    side = json.dumps({"anzahl": {"mieter": 7}}).encode()
    whole = dict(document().files)
    assert agree(Upload({"export.json": side} | whole, "full", MANDANTEN)) == (None, set())


REPEATS = b"""version: 1
mietvertraege:
  - from: [vertraege.csv]
    repeats: true
    fields:
      mandant: M
      nummer: Vertrag
      verwaltungseinheit: {wirtschaftseinheit: WE, nummer: VE}
      mieter: [Person]
      beginn: {column: Von, then: [{date: DD.MM.YYYY}]}
"""
ROWS = b"M;Vertrag;WE;VE;Person;Von\n0001;V1;1;1;4711;01.01.2024\n0001;V1;1;1;4712;01.01.2024\n"


@pytest.mark.parametrize(("count", "refusal"), [(1, None), (2, "count_mismatch")])
def test_a_record_in_several_rows_counts_as_one(count: int, refusal: str | None) -> None:
    side = json.dumps({"anzahl": {"mietvertraege": count}}).encode()
    content = as_zip({"vertraege.csv": ROWS, "export.json": side, "notiz.csv": b"x\n1\n"})
    assert agree(Upload({"tables.zip": content}, "full", MANDANTEN, REPEATS))[0] == refusal


def test_rows_that_contradict_each_other() -> None:
    rows = ROWS + b"0001;V1;1;2;4713;01.01.2024\n0001;V2;1;1;;01.01.2024\n"
    _, rejected = agree(Upload({"vertraege.csv": rows}, "delta", MANDANTEN, REPEATS))
    assert {one.reason for one in rejected} == {"rows_disagree", "missing"}


def test_a_workbook_with_doubtful_lines() -> None:
    content = as_xlsx({"mieter": [TENANT, TENANT, {**TENANT, "nummer": ""}], "verwaltungseinheiten": [UNIT]})
    _, rejected = agree(Upload({"book.xlsx": content}, "full", MANDANTEN))
    assert {one.reason for one in rejected} == {"duplicate", "missing"}
