"""A row that breaks our own code ends alone in a dead-letter queue, and is put right once it is mended."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.times import stamp

from tests.stack.building import export, lease, letting, tenant, unit
from tests.stack.running import CONNECTION, PATIENCE, Running

Json = dict[str, Any]
TENANTS = ["1", "2", "3"]


def houses(**changes: Any) -> Json:
    """Three units, three tenants, a lease of each."""
    return {
        "verwaltungseinheiten": [unit(number) for number in TENANTS],
        "mieter": [tenant(number, **changes) for number in TENANTS],
        "mietvertraege": [lease(f"L{number}", of=number, by=[number]) for number in TENANTS],
    }


def row(run: Running, kind: RowKind, *numbers: str) -> Json:
    key = RowKey(CONNECTION, kind, "0001", numbers)
    (found,) = [item for item in run.items() if (item["pk"], item["sk"]) == (key.pk, key.sk)]
    return found


def dead(run: Running) -> list[tuple[str, str]]:
    """The origins and texts of dead letters."""
    return [(queue.rpartition("-")[2], message.body) for queue, message in run.stack.dead_letters()]


def key_text(kind: RowKind, *numbers: str) -> str:
    return RowKey(CONNECTION, kind, "0001", numbers).text


def rests(item: Json) -> bool:
    """Whether the sweep leaves the row alone for most of an hour."""
    return bool(item["todo_at"] > stamp(datetime.now(UTC) + timedelta(minutes=50)))


def due(run: Running, item: Json, **values: str) -> None:
    """The row's hour is over."""
    run.put(item, todo_at=stamp(datetime.now(UTC)), **values)


def test_a_tenant_that_breaks_transform(run: Running) -> None:
    run.bring(export(1, **houses()))
    newer = export(2, **houses(nachname="Neu"))
    run.stack.drop(newer)
    assert run.stack.serve(["extract"])
    good = row(run, RowKind.MIETER, "2")
    run.put(good, record="no JSON")
    run.work(sweeps=3)
    (letter,) = dead(run)
    assert letter == ("transform", f'{{"keys": ["{key_text(RowKind.MIETER, "2")}"]}}')
    names = {it["external_id"]: it["last_name"] for it in run.kiwi.content()["tenant"].values()}
    assert names == {"0001-1": "Neu", "0001-2": "Muster-2", "0001-3": "Neu"}
    broken = row(run, RowKind.MIETER, "2")
    assert rests(broken)
    due(run, broken, record=good["record"])
    assert run.stack.drain(PATIENCE)
    assert {it["last_name"] for it in run.kiwi.content()["tenant"].values()} == {"Neu"}


def test_a_key_that_breaks_load_while_it_is_in_doubt(run: Running) -> None:
    first = export(1, **houses())
    run.bring(first)
    newer = export(
        2,
        **{
            **houses(nachname="Neu"),
            "mietvertraege": [
                lease(f"L{number}", of=number, by=[number], ende="2031-12-31") for number in TENANTS
            ],
        },
    )
    run.stack.drop(newer)
    assert run.stack.serve(["extract", "transform"])
    good = row(run, RowKind.RENTAL_AGREEMENT, "L2", "2")
    run.put(good, desired="no JSON", doubt="by a load that has crashed")
    run.work(sweeps=3)
    assert {queue for queue, _ in dead(run)} == {"load.fifo"}
    keys = [json.loads(body)["key"] for _, body in dead(run)]
    # A message of transform, and one each of its tenant and unit.
    assert set(keys) == {key_text(RowKind.RENTAL_AGREEMENT, "L2", "2")}
    assert len(keys) <= 3
    assert {it["last_name"] for it in run.kiwi.content()["tenant"].values()} == {"Neu"}
    ends = {it["external_id"]: it["end_at"][:4] for it in run.kiwi.content()["rental_agreement"].values()}
    assert {name for name, year in ends.items() if year == "2031"} == {"0001-L1-1", "0001-L3-3"}
    broken = row(run, RowKind.RENTAL_AGREEMENT, "L2", "2")
    assert rests(broken)
    assert broken["doubt"]
    due(run, broken, desired=good["desired"])
    assert run.stack.drain(PATIENCE)
    ends = {it["external_id"]: it["end_at"][:4] for it in run.kiwi.content()["rental_agreement"].values()}
    assert set(ends.values()) == {"2031"}
    assert "doubt" not in row(run, RowKind.RENTAL_AGREEMENT, "L2", "2")


def test_an_export_that_breaks_extract_and_the_exports_beside_it(run: Running) -> None:
    run.bring(export(1, **houses()))
    marked = row(run, RowKind.MIETER, "2") | {"sk": "%watermark"}
    run.put(marked, exempt="no JSON")
    run.stack.configure(
        "andere",
        mandanten=["0001"],
        kiwi_api_url=run.kiwi.api_url,
        kiwi_erp_api_url=run.kiwi.erp_api_url,
        username="other@example.org",
        password="secret",
    )
    run.kiwi.add_account("other@example.org", "secret", organization_id=43)
    run.stack.drop(export(2, **houses(nachname="Neu")))
    run.stack.drop(export(2, **letting()) | {"connection": "andere"})
    run.stack.drop(export(3, "delta", mieter=[tenant("1", nachname="Neuer")]))
    run.work(sweeps=1)
    assert [queue for queue, _ in dead(run)] == ["export"]
    assert '"test-002"' in dead(run)[0][1]
    assert len(run.kiwi.content(organization_id=43)["rental_agreement"]) == 1
    assert "Neuer" in {it["last_name"] for it in run.kiwi.content()["tenant"].values()}
    run.put(marked, exempt="{}")
    newer = export(4, **houses(nachname="Heil"))
    run.bring(newer)
    assert {it["last_name"] for it in run.kiwi.content()["tenant"].values()} == {"Heil"}


def test_a_broken_row_is_not_sent_again_and_again(run: Running) -> None:
    run.bring(export(1, **letting()))
    run.stack.drop(export(2, **letting(mieter=[tenant(nachname="Neu")])))
    assert run.stack.serve(["extract"])
    run.put(row(run, RowKind.MIETER, "4711"), record="no JSON")
    run.work(sweeps=6)
    assert len(dead(run)) == 1
    assert run.stack.poller.waiting() == 0
    due(run, row(run, RowKind.MIETER, "4711"))
    run.work(sweeps=6)
    assert len(dead(run)) == 2
