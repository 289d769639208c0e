"""Exports that come through the bucket and are read with the connection's Feldmapping."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from kiwi_extract.inbox.bucket import ExportBucket
from kiwi_extract.inbox.feldmappings import Feldmappings
from kiwi_extract.stage import Stage
from openpyxl import Workbook

from tests.fakes.memory import MemoryQueue
from tests.unit.extract.aws import BUCKET, Cloud
from tests.unit.extract.exports import CONNECTION, NOW
from tests.unit.extract.rig import Rig, text
from tests.written import as_zip

TENANTS = """\
version: 1
mieter:
  - from: [mieter*]
    fields:
      mandant: {column: Mandant, then: [{pad: 4}]}
      nummer: Nr
      nachname: Name
      email: {column: Mail, then: [lower]}
"""
ROWS = "Mandant;Nr;Name;Mail\n1;1;Größe;A@example.org\n1;2;MEIER;b@example.org\n1;3;Öz;\n"


LEASES = """\
version: 1
mietvertraege:
  - from: [mieter*]
    repeats: true
    fields:
      mandant: {column: Mandant, then: [{pad: 4}]}
      nummer: Vertrag
      verwaltungseinheit: {wirtschaftseinheit: {constant: "1"}, nummer: {constant: "1"}}
      mieter: [{column: Nr}]
      beginn: Beginn
"""
FLAT = (
    "Mandant;Vertrag;Nr;Beginn",
    "1;A;1;01.01.2024",
    "1;A;2;01.01.2024",
    "1;B;3;01.01.2024",
    "1;B;4;01.01.2024",
)


class Desk:
    """The stage, wired to a bucket with mappings."""

    def __init__(self, stack: Cloud) -> None:
        self.stack = stack
        self.rig = Rig()
        bucket = ExportBucket(stack.s3, BUCKET)
        self.exports = MemoryQueue()
        self.stage = Stage(self.rig.tools, bucket, self.exports, Feldmappings(bucket).of)

    def map(self, mapping: str, connection: str = CONNECTION) -> str:
        return self.stack.upload(f"mappings/{connection}.yaml", mapping.encode())

    def say(self, hour: int, scope: str, **side: Any) -> str:
        """Put a side file into the bucket that says when the export is from; where its files belong."""
        folder = f"exports/{CONNECTION}/{scope}"
        moment = (NOW - timedelta(days=1) + timedelta(hours=hour)).isoformat()
        envelope = {"export_id": f"e{hour}", "exported_at": moment, **side}
        self.stack.upload(f"{folder}/export.json", json.dumps(envelope).encode())
        return folder

    def drop(self, hour: int, content: str, scope: str = "full") -> None:
        """Put a file into the bucket, and work it."""
        self.put(self.say(hour, scope), "mieter.csv", content)

    def put(self, folder: str, name: str, content: str | bytes) -> None:
        written = content.encode() if isinstance(content, str) else content
        self.stack.upload(f"{folder}/{name}", written)
        self.point(f"{folder}/{name}")

    def point(self, key: str) -> None:
        body = json.dumps({"format": "erp-export-pointer/1", "bucket": BUCKET, "key": key})
        self.stage.handle("m1", body, self.rig.deadline())
        for message in self.exports.take():
            self.stage.handle("m2", message.body, self.rig.deadline())

    def names(self) -> dict[str, str]:
        """The last name by the tenant's number."""
        return {
            key.rpartition("/")[2]: json.loads(record).get("nachname", "")
            for key, record in self.rig.live().items()
        }

    def tenants(self) -> dict[str, list[str]]:
        """The tenants of the leases, by the lease's number."""
        return {
            key.rpartition("/")[2]: json.loads(record)["mieter"] for key, record in self.rig.live().items()
        }


@pytest.fixture
def desk(stack: Cloud) -> Desk:
    return Desk(stack)


def test_an_export_is_read_with_the_mapping_and_its_run_says_with_which(desk: Desk) -> None:
    version = desk.map(TENANTS)
    desk.drop(1, ROWS)
    assert desk.names() == {"1": "Größe", "2": "MEIER", "3": "Öz"}
    assert json.loads(desk.rig.live()[text("1")])["email"] == "a@example.org"
    assert (desk.rig.run(1)["status"], desk.rig.run(1)["mapping"]) == ("done", version)


def test_the_same_mapping_again_changes_nothing(desk: Desk) -> None:
    desk.map(TENANTS)
    desk.drop(1, ROWS)
    desk.rig.transform.take()
    desk.drop(2, ROWS)
    counts = desk.rig.counts(2)
    assert (counts["unchanged"], counts["changed"], counts["gone"]) == (3, 0, 0)
    assert not desk.rig.transform.take()


def test_a_new_mapping_brings_in_what_it_changes_with_the_next_full_export(desk: Desk) -> None:
    desk.map(TENANTS)
    desk.drop(1, ROWS)
    desk.map(
        TENANTS.replace(
            "nachname: Name",
            "nachname: {column: Name, then: [{map: {values: {MEIER: Meier}, otherwise: keep}}]}",
        )
    )
    desk.drop(2, ROWS)
    counts = desk.rig.counts(2)
    assert (counts["unchanged"], counts["changed"], counts["gone"]) == (2, 1, 0)
    assert desk.names() == {"1": "Größe", "2": "Meier", "3": "Öz"}
    assert desk.rig.run(1)["mapping"] != desk.rig.run(2)["mapping"]


def test_what_a_new_filter_leaves_out_is_gone(desk: Desk) -> None:
    desk.map(TENANTS)
    desk.drop(1, ROWS)
    desk.map(TENANTS.replace("    fields:", "    filter: {column: Mail, empty: false}\n    fields:"))
    desk.drop(2, ROWS)
    assert set(desk.names()) == {"1", "2"}


def test_a_row_that_cannot_be_mapped_is_rejected_and_keeps_what_was_there(desk: Desk) -> None:
    desk.map(TENANTS)
    desk.drop(1, ROWS)
    steps = "{column: Name, then: [{map: {values: {Größe: G, Öz: O}}}]}"
    desk.map(TENANTS.replace("nachname: Name", f"nachname: {steps}"))
    desk.drop(2, ROWS)
    assert desk.names() == {"1": "G", "2": "MEIER", "3": "O"}
    [rejected] = desk.rig.rejected(2)
    assert rejected["key"] == "0001/2"
    assert (rejected["field"], rejected["reason"]) == ("nachname", "value_not_mapped")
    assert rejected["place"] == "mieter.csv, line 3"
    assert "MEIER" not in str(desk.rig.run(2))


@pytest.mark.parametrize("scope", ["full", "delta"])
def test_a_lease_loses_no_tenant_while_a_row_cannot_be_read(desk: Desk, scope: str) -> None:
    desk.map(LEASES)
    desk.drop(1, "\n".join(FLAT))
    broken = [
        *FLAT[:2],
        "1;A;2;of 2024;01.01.2024",
        "1;B;3;01.01.2025",
        "1;B;4;01.01.2025",
        "1;C;5;01.01.2024",
    ]
    desk.drop(2, "\n".join(broken), scope)
    assert desk.tenants() == {"A": ["1", "2"], "B": ["3", "4"], "C": ["5"]}
    reasons = {(one["reason"], one["key"]) for one in desk.rig.rejected(2)}
    assert reasons == {("ragged_line", None), ("row_missing", "0001/A")}
    assert desk.rig.counts(2)["rejected"] == 2
    desk.drop(3, "\n".join([*FLAT[:2], *broken[3:]]))
    assert desk.tenants() == {"A": ["1"], "B": ["3", "4"], "C": ["5"]}


def test_a_broken_mapping_refuses_the_export_and_stops_its_connection_alone(desk: Desk) -> None:
    desk.rig.settings.store("0001", connection="other")
    desk.map(TENANTS)
    desk.drop(1, ROWS)
    desk.map(TENANTS.replace("email:", "mail:"))
    desk.drop(2, "Mandant;Nr;Name;Mail\n")
    assert len(desk.names()) == 3
    run = desk.rig.run(2)
    assert (run["status"], run["reason"]) == ("rejected", "mapping_invalid")
    told = "mappings/c1.yaml, line 8, mieter[0].fields.mail: not known here; allowed are mandant, nummer"
    assert str(run["detail"]).startswith(told)

    desk.stack.upload("mappings/other.yaml", TENANTS.encode())
    side = {"export_id": "o1", "exported_at": NOW.isoformat()}
    desk.stack.upload("exports/other/full/export.json", json.dumps(side).encode())
    desk.stack.upload("exports/other/full/mieter.csv", ROWS.encode())
    desk.point("exports/other/full/mieter.csv")
    assert desk.rig.table.items["%run#other"]["o1"]["status"] == "done"


def test_a_column_that_is_not_there_changes_nothing(desk: Desk) -> None:
    desk.map(TENANTS)
    desk.drop(1, ROWS)
    desk.drop(2, ROWS.replace("Mail", "E-Mail"))
    run = desk.rig.run(2)
    assert (run["status"], run["reason"]) == ("rejected", "column_missing")
    told = "mappings/c1.yaml, line 8, mieter[0].fields.email: mieter.csv has no column 'Mail'"
    assert str(run["detail"]) == told
    assert "example.org" not in str(run)
    assert len(desk.names()) == 3


def test_rows_may_say_what_is_deleted(desk: Desk) -> None:
    desk.map(
        TENANTS.replace("    fields:", "    filter: {column: Name, is_not: weg}\n    fields:")
        + "  - {deleted: true, filter: {column: Name, is: weg},\n"
        + "     fields: {mandant: {constant: 0001}, nummer: Nr}}\n"
    )
    desk.drop(1, ROWS)
    desk.drop(2, "Mandant;Nr;Name;Mail\n1;2;weg;\n1;4;Neu;d@example.org\n", scope="delta")
    assert set(desk.names()) == {"1", "3", "4"}


@pytest.mark.parametrize("header_line", [2, 3])
def test_the_names_of_the_columns_may_stand_further_down(desk: Desk, header_line: int) -> None:
    desk.map(TENANTS + f"reading: {{header_line: {header_line}}}\n")
    title = '"Liste; vom 1.1."\n' + ";;\n" * (header_line - 2)
    desk.drop(1, title + ROWS.replace("1;2;MEIER", "1;2;a;MEIER"))
    assert set(desk.names()) == {"1", "3"}
    assert desk.rig.rejected(1)[0]["place"] == f"mieter.csv, line {header_line + 2}"


def test_so_they_may_in_a_workbook(desk: Desk) -> None:
    desk.map(TENANTS.replace("from: [mieter*]", "from: [Mieter]") + "reading: {header_line: 4}\n")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Mieter"
    for row in (["Liste"], [], ["Stand", "1.1."], *(line.split(";") for line in ROWS.splitlines())):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    desk.put(desk.say(1, "full"), "stamm.xlsx", content.getvalue())
    assert desk.names() == {"1": "Größe", "2": "MEIER", "3": "Öz"}


COMPLETED = """\
version: 1
mietvertraege:
  - from: [vertraege.csv]
    fields: {mandant: M, nummer: V, beginn: Von, verwaltungseinheit: {wirtschaftseinheit: WE, nummer: VE}}
  - from: [partner.csv]
    completes: true
    fields: {mandant: M, nummer: V, mieter: [P]}
mieter:
  - from: [mieter.csv]
    fields: {mandant: M, nummer: N, nachname: Name}
  - from: [weg.csv]
    deleted: true
    fields: {mandant: M, nummer: N}
"""
CONTRACTS = "M;V;Von;WE;VE\n0001;7;2024-01-01;1;2\n"
PARTNERS = "M;V;P\n0001;7;11\n0001;7;12\n0001;8;13\n"


def test_files_that_complete_each_other_may_come_one_by_one(desk: Desk) -> None:
    desk.map(COMPLETED)
    folder = desk.say(1, "full", dateien=["vertraege.csv", "partner.csv"])
    desk.put(folder, "vertraege.csv", CONTRACTS)
    desk.put(folder, "partner.csv", PARTNERS)
    [record] = [json.loads(record) for record in desk.rig.live().values()]
    assert (record["nummer"], record["mieter"]) == ("7", ["11", "12"])
    assert desk.rig.run(1)["status"] == "done"
    assert desk.rig.counts(1)["read"]["mietvertraege"] == 1
    assert desk.rig.rejected(1) == []


@pytest.mark.parametrize("scope", ["full", "delta"])
@pytest.mark.parametrize("way", ["zip", "file", "dateien"])
def test_a_record_is_not_taken_without_the_table_that_completes_it(desk: Desk, way: str, scope: str) -> None:
    desk.map(COMPLETED.replace("nummer: V, beginn", "nummer: V, mieter: [H], beginn"))
    contracts = "M;V;Von;WE;VE;H\n0001;7;2024-01-01;1;2;11\n"
    both = {"vertraege.csv": contracts.encode(), "partner.csv": PARTNERS.encode()}
    desk.put(desk.say(1, "full"), "a.zip", as_zip(both))
    assert desk.tenants() == {"7": ["11", "12"]}
    folder = desk.say(2, scope, **({"dateien": ["vertraege.csv"]} if way == "dateien" else {}))
    if way == "zip":
        desk.put(folder, "a.zip", as_zip({"vertraege.csv": contracts.encode(), "partner_2026.csv": b"M;V\n"}))
    else:
        desk.put(folder, "vertraege.csv", contracts)
    assert desk.tenants() == {"7": ["11", "12"]}
    run = desk.rig.run(2)
    assert (run["status"], run["reason"]) == ("rejected", "no_table")
    assert "supplementing table: mietvertraege[1] (partner.csv)" in str(run["detail"])


@pytest.mark.parametrize("side", [{}, {"mandanten": ["0001"]}])
@pytest.mark.parametrize("files", [["partner.csv"], ["weg.csv"], ["partner.csv", "weg.csv"]])
def test_what_only_completes_or_deletes_takes_nothing_else_away(
    desk: Desk, files: list[str], side: dict[str, Any]
) -> None:
    desk.map(COMPLETED)
    contents = {
        "vertraege.csv": CONTRACTS,
        "partner.csv": PARTNERS,
        "mieter.csv": "M;N;Name\n0001;11;A\n0001;12;B\n",
        "weg.csv": "M;N\n0001;11\n",
    }
    folder = desk.say(1, "full", dateien=["vertraege.csv", "partner.csv", "mieter.csv"], **side)
    for name in ("vertraege.csv", "partner.csv", "mieter.csv"):
        desk.put(folder, name, contents[name])
    before = desk.rig.live()
    assert len(before) == 3
    folder = desk.say(2, "full", **({"dateien": files} if len(files) > 1 else {}), **side)
    for name in files:
        desk.put(folder, name, contents[name])
    assert desk.rig.live() == before
    desk.put(desk.say(3, "full", **side), "mieter.csv", "M;N;Name\n0001;12;B\n")
    assert len(desk.rig.live()) == 2


def test_a_delta_may_consist_of_deletions(desk: Desk) -> None:
    desk.map(COMPLETED)
    desk.put(desk.say(1, "full"), "mieter.csv", "M;N;Name\n0001;11;A\n0001;12;B\n")
    desk.put(desk.say(2, "delta"), "weg.csv", "M;N\n0001;11\n")
    assert set(desk.names()) == {"12"}


@pytest.mark.parametrize("side", [{}, {"mandanten": ["0001"]}])
@pytest.mark.parametrize(
    "content",
    [
        '{"geloescht": {"mieter": [{"mandant": "0001", "nummer": "1"}]}}',
        '{"typ": "mieter", "mandant": "0001", "nummer": "1", "geloescht": true}\n',
        "mandant;nummer;nachname;geloescht\n0001;1;;ja\n",
    ],
)
def test_a_full_export_that_only_deletes_takes_nothing_away(
    desk: Desk, content: str, side: dict[str, Any]
) -> None:
    desk.drop(1, "mandant;nummer;email\n0001;1;a@example.org\n0001;2;b@example.org\n")
    desk.put(desk.say(2, "full", **side), "mieter.dat", content)
    # A table of tenants that is there and empty says that there are none: so the docs promise.
    is_empty_table = content.startswith("mandant") and side
    assert set(desk.names()) == (set() if is_empty_table else {"1", "2"})
