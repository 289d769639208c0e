"""A check's prediction comes true."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.stack.running import MANDANTEN, Running, redated
from tests.unit.cli.check.looking import (
    CONNECTION,
    DIRTY,
    LEASE,
    TENANT,
    UNIT,
    export,
    look,
    workbook_of,
)

KINDS = {"verwaltungseinheiten": "rental_unit", "mieter": "tenant", "mietvertraege": "rental_agreement"}


def test_of_the_dirty_file_as_much_comes_to_kiwi_as_was_foreseen(run: Running) -> None:
    document = {**json.loads(DIRTY.read_text("utf-8")), "anzahl": None}  # it does not count right
    report = look(document, mandanten=MANDANTEN)
    (dated,) = redated(document)
    run.bring(dated)
    for section, kind in KINDS.items():
        foreseen = sum(row.to_kiwi for row in report.outcome if row.section == section)
        assert len(run.kiwi.content()[kind]) == foreseen, section


def test_agreements_of_a_unit_without_its_external_id_do_not_come(run: Running) -> None:
    numbers = [("100", "1-2"), ("100-1", "2")]
    units = [{**UNIT, "wirtschaftseinheit": we, "nummer": n, "bezeichnung": n} for we, n in numbers]
    tenants = [{**TENANT, "nummer": str(n), "email": f"{n}@example.org"} for n in range(2)]
    leases = [
        {**LEASE, "nummer": f"V{n}", "mieter": [str(n)]}
        | {"verwaltungseinheit": {"wirtschaftseinheit": we, "nummer": nummer}}
        for n, (we, nummer) in enumerate(numbers)
    ]
    document = export(units, tenants, leases)
    report = look(document, mandanten=["0001"])
    assert report.reasons() == {"external_id_taken": 1, "waiting": 1}
    (dated,) = redated(document)
    run.bring(dated)
    for section, kind in KINDS.items():
        foreseen = sum(row.to_kiwi for row in report.outcome if row.section == section)
        assert len(run.kiwi.content()[kind]) == foreseen, section


def with_a_sheet_that_is_not_read(folder: Path) -> Path:
    file = folder / "export.xlsx"
    tenants = [["mandant", "nummer", "nachname", "email"], ["0001", "4711", "Abel", "abel@example.org"]]
    file.write_bytes(workbook_of({"Mieter": tenants, "Notizen": [["Bemerkung"], ["keine"]]}))
    return file


def printed(*words: str) -> tuple[int, dict[str, Any]]:
    """The exit code of a command, and the JSON that it prints: that, and nothing else."""
    command = [str(Path(sys.executable).with_name("kiwi-sync")), *words, "--json", "-"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, json.loads(done.stdout)


def test_json_on_stdout_is_nothing_but_json_though_a_sheet_is_not_read(tmp_path: Path) -> None:
    file = with_a_sheet_that_is_not_read(tmp_path)
    code, report = printed("check", "--connection", CONNECTION, str(file))
    assert [finding["code"] for finding in report["findings"]] == ["table_not_used"]
    assert report["exit_code"] == code == 1


def test_a_local_run_prints_nothing_but_its_report_either(tmp_path: Path) -> None:
    file = with_a_sheet_that_is_not_read(tmp_path)
    code, report = printed("local", "run", str(file), "--connection", CONNECTION, "--mandant", "0001")
    assert code == 0
    assert report["kiwi"]["created"]["tenant"] == 1
