"""Every format that extract reads is looked at alike, and rejections of tables have their line."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from kiwi_cli.check.report import Report

from tests.unit.cli.check.looking import (
    LEASE,
    ROOT,
    TENANT,
    UNIT,
    codes,
    export,
    look,
    places,
    workbook_of,
)

MAPPINGS = ROOT / "events" / "mappings"
TENANTS = "mandant;nummer;vorname;nachname;email\r\n0001;4711;Jörg;Müßig;{}\r\n"
UNITS = (
    "mandant;wirtschaftseinheit;nummer;strasse;hausnummer;plz;ort;bundesland;latitude;longitude\n"
    "0001;100;0001;Lindenstraße;12a;10969;Berlin;Berlin;52,5031;13,3967\n"
)
COMPLETED = """version: 1
mietvertraege:
  - from: [vertraege.csv]
    fields:
      mandant: M
      nummer: Vertrag
      verwaltungseinheit: {wirtschaftseinheit: WE, nummer: VE}
      beginn: {column: Von, then: [{date: DD.MM.YYYY}]}
  - from: [vertragspartner.csv]
    completes: true
    fields: {mandant: M, nummer: Vertrag, mieter: [Person]}
"""
LEASES = "mandant;nummer;wirtschaftseinheit;einheit;mieter;beginn\n0001;V1;100;0001;4711;01.01.2024\n"


def _lines(*records: dict[str, Any], **head: Any) -> bytes:
    start = {k: v for k, v in export(**head).items() if not isinstance(v, list) or k == "mandanten"}
    return "\n".join(json.dumps(line) for line in (start, *records)).encode()


def _outcome(report: Report) -> list[tuple[str, int, int]]:
    return [(row.section, row.read, row.to_kiwi) for row in report.outcome]


@pytest.mark.parametrize("email", ["joerg@example.org", "keine@example.org"])
def test_an_export_is_the_same_in_every_format(email: str) -> None:
    tenant = {**TENANT, "email": email}
    written = {
        "json": [json.dumps(export(tenants=[tenant])).encode()],
        "utf-16": [json.dumps(export(tenants=[tenant])).encode("utf-16")],
        "gzip": [gzip.compress(json.dumps(export(tenants=[tenant])).encode())],
        "ndjson": [
            _lines(
                {"typ": "verwaltungseinheit", **UNIT},
                {"typ": "mieter", **tenant},
                {"typ": "mietvertrag", **LEASE},
            )
        ],
        "csv": [UNITS.encode(), TENANTS.format(email).encode("cp1252"), LEASES.encode("utf-16")],
    }
    looked = {name: look(*files) for name, files in written.items()}
    for name, report in looked.items():
        assert not report.unreadable, name
        assert codes(report) == codes(looked["json"]), name
        assert _outcome(report) == _outcome(looked["json"]), name


def test_a_table_alone_says_nothing_of_what_is_in_others() -> None:
    assert codes(look(TENANTS.format("joerg@example.org").encode())) == {}
    assert codes(look(LEASES.encode())) == {"not_here": 2}


def test_two_tables_together_say_what_is_missing_in_them() -> None:
    units, leases = (
        UNITS.encode(),
        LEASES.replace("0001;4711", "0009;4711").encode(),
    )
    assert codes(look(units, leases)) == {"lease_unit_unknown": 1, "not_here": 1}


def test_tables_speak_of_the_mandanten_and_lists_that_they_have_records_of() -> None:
    leases = LEASES + LEASES.splitlines()[1].replace("0001;V1", "0002;V2") + "\n"
    units = UNITS + UNITS.splitlines()[1].replace("0001;100", "0002;100") + "\n"
    files = units.encode(), TENANTS.format("joerg@example.org").encode(), leases.encode()
    report = look(*files)
    assert codes(report) == {"not_here": 1}
    assert report.reasons() == {"not_in_this_export": 1}


def test_headings_and_totals_between_tables_that_are_put_together_are_no_records() -> None:
    people = TENANTS.format("joerg@example.org")
    other = people.replace("4711", "4712").replace("joerg@", "max@")
    report = look(
        (people + other + other.replace("4712", "4713").replace("max@", "eva@") + "Summe;3;;;").encode()
    )
    assert codes(report) == {"heading_as_record": 2, "summary_as_record": 1}
    assert [(row.mandant, row.read, row.to_kiwi) for row in report.outcome] == [("0001", 3, 3)]


def test_the_scope_of_tables_is_that_of_the_option() -> None:
    assert look(LEASES.encode()).scope == "full"
    assert look(LEASES.encode(), scope="delta").scope == "delta"
    assert look(json.dumps(export()).encode(), scope="delta").scope == "full"


def test_lines_of_ndjson_that_are_no_records_are_told_by_their_number() -> None:
    content = (
        _lines({"typ": "mieter", **TENANT}, {"typ": "haus", "name": "Nord"}, scope="delta") + b"\n{oops\n"
    )
    found = places(look(content))
    assert ("line 3", "unknown_typ") in found
    assert "field_unknown" not in {code for _place, code in found}
    assert ("line 4", "not_json_line") in found


def test_a_deletion_that_is_neither_yes_nor_no() -> None:
    content = "mandant;nummer;nachname;geloescht\n0001;4711;Abel;vielleicht\n"
    assert ("line 2", "not_a_flag") in places(look(content.encode(), scope="delta"))


MAPPING = """
version: 1
mieter:
  - from: ["*"]
    repeats: true
    fields:
      mandant: {column: M, then: [{map: {values: {A: 0001}}}]}
      nummer: {column: Nr, then: [{split: {pattern: "{a}-{nr:digits}", take: nr}}]}
      nachname: Name
"""


def test_what_the_mapping_cannot_read_is_told_by_its_line(tmp_path: Path) -> None:
    mapping, table = tmp_path / "mapping.yaml", tmp_path / "mieter.csv"
    mapping.write_text(MAPPING, encoding="utf-8")
    table.write_text("M;Nr;Name\nA;x-1;Abel\nB;x-2;Berg\nA;3;Carl\nA;x-1;Dorn\n", encoding="utf-8")
    found = {code for _place, code in places(look(table, mapping=mapping))}
    assert {"value_not_mapped", "pattern_mismatch", "rows_disagree"} <= found


@pytest.mark.parametrize("example", ["domus", "wodis", "openwowi"])
def test_the_examples_of_mappings_can_be_read(example: str) -> None:
    (export_file,) = (path for path in MAPPINGS.glob(f"{example}.*") if path.suffix != ".yaml")
    report = look(export_file, mapping=MAPPINGS / f"{example}.yaml", connection="muster")
    assert not report.unreadable
    assert sum(row.to_kiwi for row in report.outcome if row.section == "mieter") > 0


def test_the_page_says_what_check_finds_in_the_domus_example() -> None:
    report = look(MAPPINGS / "domus.csv", mapping=MAPPINGS / "domus.yaml", connection="muster")
    found = codes(report)
    assert (found["email_invalid"], found["several_people"]) == (1, 1)
    assert "email_shared" not in found


def test_a_sheet_of_a_workbook_is_named() -> None:
    header, row = (
        ["mandant", "nummer", "nachname", "email"],
        ["0001", "4711", "Frau Abel", "abel@example.org"],
    )
    (finding,) = look(workbook_of({"Mieter": [header, row]})).findings
    assert (finding.examples[0].file, finding.examples[0].line) == ("export-0.json#Mieter", 2)


def test_a_sheet_that_is_not_read_is_told_of() -> None:
    content = workbook_of(
        {
            "Mieter": [["mandant", "nummer", "email"], ["0001", "4711", "abel@example.org"]],
            "Notizen": [["Bemerkung"], ["Schlüssel beim Hausmeister"]],
        }
    )
    report = look(content)
    assert codes(report) == {"name_missing": 1, "table_not_used": 1}
    (not_used,) = (where for one in report.findings if one.code == "table_not_used" for where in one.examples)
    assert not_used.file == "export-0.json#Notizen"
    assert report.exit_code == 1


def test_a_side_file_says_what_tables_cannot(tmp_path: Path) -> None:
    side, leases = tmp_path / "export.json", tmp_path / "mietvertraege.csv"
    side.write_text(
        json.dumps({"scope": "full", "mandanten": ["0001", "0002"], "anzahl": {"mietvertraege": 2}})
    )
    leases.write_text(LEASES)
    report = look(side, leases, scope="delta")
    assert report.scope == "full"
    assert codes(report) == {"mandant_without_records": 1, "export_refused": 1, "not_here": 2}
    side.write_text(json.dumps({"mandanten": ["0001"], "anzahl": {"mietvertraege": 1}}))
    assert codes(look(side, leases)) == {"not_here": 2}


def test_the_rows_of_one_record_may_lie_in_several_files(tmp_path: Path) -> None:
    mapping, tables = tmp_path / "mapping.yaml", [tmp_path / "a.csv", tmp_path / "b.csv"]
    mapping.write_text(MAPPING, encoding="utf-8")
    for table, more in zip(tables, ("Abel", "Abel"), strict=True):
        table.write_text(f"M;Nr;Name\nA;x-1;{more}\n", encoding="utf-8")
    report = look(*tables, mapping=mapping)
    assert codes(report) == {}
    assert _outcome(report) == [("mieter", 1, 0)]


def test_a_table_that_completes_others_is_missed(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(COMPLETED, encoding="utf-8")
    leases, people = tmp_path / "vertraege.csv", tmp_path / "vertragspartner.csv"
    leases.write_text("M;Vertrag;WE;VE;Von\n0001;V1;100;1;01.01.2024\n", encoding="utf-8")
    people.write_text("M;Vertrag;Person\n0001;V1;4711\n", encoding="utf-8")
    assert "export_refused" not in codes(look(leases, people, mapping=mapping))
    assert codes(look(leases, mapping=mapping))["export_refused"] == 1
    people = people.rename(tmp_path / "vertragspartner_2026.csv")
    assert look(leases, people, mapping=mapping).unreadable, "it is no table of the mapping by that name"


def test_parts_of_which_one_is_a_dry_run_are_refused() -> None:
    parts = [export(teil={"nummer": number, "von": 2}) for number in (1, 2)]
    assert "export_refused" not in codes(look(*parts))
    assert "export_refused" not in codes(look(parts[0], {**parts[1], "dry_run": False}))
    assert codes(look(parts[0], {**parts[1], "dry_run": True}))["export_refused"] == 1
