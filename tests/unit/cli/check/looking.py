"""Looks at exports that a test makes, and what tests say of the findings."""

import copy
import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kiwi_cli.check.files import Files
from kiwi_cli.check.findings import Findings
from kiwi_cli.check.inspection import Inspection
from kiwi_cli.check.report import Report, report_of
from kiwi_cli.check.settings import CheckSettings
from kiwi_cli.check.words import place_words
from kiwi_extract.inbox.feldmappings import parse_file
from openpyxl import Workbook

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CONNECTION = "muster-wohnbau"
ROOT = Path(__file__).parents[4]
DIRTY = ROOT / "tests" / "data" / "dirty.json"
DIRTY_CSV = ROOT / "tests" / "data" / "dirty-mieter.csv"
SAMPLE = ROOT / "events" / "exports" / "full.json"

Json = dict[str, Any]

UNIT: Json = {
    "mandant": "0001",
    "wirtschaftseinheit": "100",
    "nummer": "0001",
    "bezeichnung": "Wohnung 1. OG links",
    "strasse": "Lindenstraße",
    "hausnummer": "12a",
    "plz": "10969",
    "ort": "Berlin",
    "bundesland": "Berlin",
    "land": "DE",
    "latitude": 52.5031,
    "longitude": 13.3967,
}
TENANT: Json = {
    "mandant": "0001",
    "nummer": "4711",
    "vorname": "Erika",
    "nachname": "Mustermann",
    "email": "erika@example.org",
}
LEASE: Json = {
    "mandant": "0001",
    "nummer": "V1",
    "verwaltungseinheit": {"wirtschaftseinheit": "100", "nummer": "0001"},
    "mieter": ["4711"],
    "beginn": "2024-01-01",
    "ende": None,
}


def export(
    units: list[Any] | None = None,
    tenants: list[Any] | None = None,
    leases: list[Any] | None = None,
    **head: Any,
) -> Json:
    """A full export of Mandant 0001, clean but for what is given."""
    document = {
        "format": "erp-export/1",
        "connection": CONNECTION,
        "export_id": "2026-11-23-full-001",
        "exported_at": "2026-11-23T02:00:00+01:00",
        "scope": "full",
        "mandanten": ["0001"],
        "verwaltungseinheiten": [UNIT] if units is None else units,
        "mieter": [TENANT] if tenants is None else tenants,
        "mietvertraege": [LEASE] if leases is None else leases,
    }
    return copy.deepcopy(document | head)


def look(
    *sources: Json | Path | bytes,
    shown: int = 1000,
    show_values: bool = False,
    scope: str = "full",
    mapping: Path | None = None,
    **settings: Any,
) -> Report:
    """The report of a look at an export, given as a document, its bytes, or a file."""
    defaults: Json = {"connection": CONNECTION, "now": NOW}
    wanted = CheckSettings(**(defaults | settings))
    inspection = Inspection(wanted, Findings(shown, show_values))
    feldmapping = parse_file(mapping.read_bytes()) if mapping else None
    with tempfile.TemporaryDirectory() as folder:
        paths = [_path(Path(folder) / f"export-{place}.json", source) for place, source in enumerate(sources)]
        inspection.look(Files(paths, wanted, scope, feldmapping, lambda _count: None))
    return report_of(inspection, [path.name for path in paths])


def _path(path: Path, source: Json | Path | bytes) -> Path:
    if isinstance(source, Path):
        return source
    path.write_bytes(source if isinstance(source, bytes) else json.dumps(source).encode("utf-8"))
    return path


def workbook_of(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """A workbook of Excel with the rows of each sheet."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def codes(report: Report) -> dict[str, int]:
    """How often each code was found."""
    return {finding.code: finding.count for finding in report.findings}


def places(report: Report) -> set[tuple[str, str]]:
    """Where each code was found; `export` for the export as a whole."""
    return {
        (place_words(where).en or "export", found.code)
        for found in report.findings
        for where in found.examples
    }
