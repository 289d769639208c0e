"""Houses with tenants for the tests of the brake, and what transform and load would make of the rows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kiwi_sync.erp.models import Mieter, Mietvertrag
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.rules.email import choose_email
from kiwi_sync.rules.reasons import HoldStatus, Reason
from kiwi_sync.state.holds import Hold, decide, read_hold
from kiwi_sync.state.rows import item_key
from kiwi_sync.state.table import Change, Item

from tests.fakes.memory import MemoryTable
from tests.unit.extract.exports import CONNECTION, MANDANT, Export, lease, tenant, unit
from tests.unit.extract.rig import Rig

Houses = dict[str, Any]
"""Lists of records by section."""
ALL = ("verwaltungseinheiten", "mieter", "mietvertraege")


def numbers(count: int, first: int = 1) -> list[str]:
    return [f"{number:03}" for number in range(first, first + count)]


def houses(numbers: Iterable[str], mandant: str = MANDANT) -> Houses:
    """For each number a unit, its tenant and their lease, all three with this number."""
    made: Houses = {section: [] for section in ALL}
    for nummer in numbers:
        at = {"wirtschaftseinheit": "100", "nummer": nummer}
        made["verwaltungseinheiten"].append(unit(nummer, mandant))
        made["mieter"].append(tenant(nummer, mandant))
        made["mietvertraege"].append(lease(nummer, mandant, verwaltungseinheit=at, mieter=[nummer]))
    return made


def without(there: Houses, section: str, gone: Iterable[str]) -> Houses:
    """The houses without some records of a section."""
    left = set(gone)
    return there | {section: [record for record in there[section] if record["nummer"] not in left]}


def changed(there: Houses, section: str, which: Iterable[str], **fields: Any) -> Houses:
    """The houses with some records of a section changed."""
    named = set(which)
    return there | {
        section: [record | fields if record["nummer"] in named else record for record in there[section]]
    }


def together(*some: Houses) -> Houses:
    return {section: [record for one in some for record in one[section]] for section in ALL}


def synchronize(rig: Rig) -> set[str]:
    """Do the work of transform and load; `Mandant/lease/tenant` of everybody with access then."""
    live = rig.live()
    wanted: dict[RowKey, frozenset[str]] = {}
    for text, record in live.items():
        key = RowKey.parse(text)
        if key.kind is RowKind.MIETVERTRAG:
            wanted |= _agreements(Mietvertrag.model_validate_json(record), live)
    for text, row in rig.rows().items():
        key = RowKey.parse(text)
        if key.kind is RowKind.RENTAL_AGREEMENT and key not in wanted:
            rig.table.update(row.at, Change(put={"rev": row.rev + 1}, remove=["kiwi_id"]))
    for key, parents in wanted.items():
        rig.table.update(item_key(key), Change(put={"rev": 1, "kiwi_id": "k", "parents": parents}))
    settle(rig)
    return {"/".join((key.mandant, *key.numbers)) for key in wanted}


def _agreements(lease: Mietvertrag, live: Mapping[str, str]) -> dict[RowKey, frozenset[str]]:
    home = lease.unit_key(CONNECTION).text
    found = {}
    for nummer in lease.mieter:
        tenant = lease.tenant_key(CONNECTION, nummer).text
        if home in live and tenant in live and _eligible(live[tenant]):
            found[lease.agreement_key(CONNECTION, nummer)] = frozenset({home, tenant})
    return found


def _eligible(record: str) -> bool:
    return not isinstance(choose_email(Mieter.model_validate_json(record).email), Reason)


def settle(rig: Rig) -> None:
    """Nothing is owed any more."""
    rig.transform.take()
    for row in rig.rows().values():
        rig.table.update(row.at, Change(remove=["todo", "todo_at"]))


def hold(rig: Rig, hour: int) -> Hold:
    """The hold of an export, which must be there."""
    found = read_hold(rig.table, CONNECTION, f"e{hour}")
    assert found is not None
    return found


def status(rig: Rig, hour: int) -> HoldStatus:
    return hold(rig, hour).status


def approve(rig: Rig, hour: int) -> None:
    assert decide(rig.table, hold(rig, hour), HoldStatus.APPROVED, "Erika", rig.clock.now)


def reject(rig: Rig, hour: int) -> None:
    assert decide(rig.table, hold(rig, hour), HoldStatus.REJECTED, "Erika", rig.clock.now)


class CountingTable(MemoryTable):
    """Remembers which partitions were queried."""

    def __init__(self, items: dict[str, dict[str, Item]]) -> None:
        super().__init__()
        self.items = items
        self.queried: list[str] = []

    def query(self, pk: str, *, prefix: str = "", only: Sequence[str] = ()) -> Iterator[Item]:
        self.queried.append(pk)
        return super().query(pk, prefix=prefix, only=only)


def counted(rig: Rig, export: Export) -> Counter[str]:
    """How often partitions were queried, by what they are about."""
    rig.table = table = CountingTable(rig.table.items)
    rig.extract(export)
    return Counter(pk.split("#")[2] if pk.startswith(CONNECTION) else pk for pk in table.queried)
