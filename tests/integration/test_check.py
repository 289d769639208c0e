"""What a check foresees is what then happens."""

import json
import subprocess
import sys
from pathlib import Path

from tests.integration.running import MANDANTEN, Running, redated
from tests.unit.local.check.looking import CONNECTION, DIRTY, look, workbook_of

KINDS = {"verwaltungseinheiten": "rental_unit", "mieter": "tenant", "mietvertraege": "rental_agreement"}


def test_of_the_dirty_file_as_much_comes_to_kiwi_as_was_foreseen(run: Running) -> None:
    document = {**json.loads(DIRTY.read_text("utf-8")), "anzahl": None}  # it does not count right
    report = look(document, mandanten=MANDANTEN)
    (export,) = redated(document)
    run.bring(export)
    for section, kind in KINDS.items():
        foreseen = sum(row.to_kiwi for row in report.outcome if row.section == section)
        assert len(run.kiwi.content()[kind]) == foreseen, section


def test_json_on_stdout_is_nothing_but_json_though_a_sheet_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "export.xlsx"
    tenants = [["mandant", "nummer", "nachname", "email"], ["0001", "4711", "Abel", "abel@example.org"]]
    file.write_bytes(workbook_of({"Mieter": tenants, "Notizen": [["Bemerkung"], ["keine"]]}))
    command = [str(Path(sys.executable).with_name("kiwi-sync")), "check", "--connection", CONNECTION]
    done = subprocess.run(
        [*command, str(file), "--json", "-"], capture_output=True, text=True, timeout=120, check=False
    )
    report = json.loads(done.stdout)
    assert [finding["code"] for finding in report["findings"]] == ["table_not_used"]
    assert report["exit_code"] == done.returncode == 1
