"""Three houses at rest, and the export that plans are made of."""

from typing import Any

from tests.unit.extract.brake.houses import changed, houses, numbers, without
from tests.unit.extract.exports import full
from tests.unit.extract.plan.world import in_kiwi
from tests.unit.extract.rig import Rig

THREE = houses(numbers(3))
NEXT = without(changed(THREE, "mieter", ["001"], vorname="Erika"), "mietvertraege", ["003"])


def prepared(table: Any = None) -> Rig:
    """Three houses, all settled; no brake."""
    rig = Rig() if table is None else Rig(table)
    rig.settings.store(brake_agreements=20)
    rig.extract(full(1, **THREE))
    in_kiwi(rig)
    return rig


def lines(plan: dict[str, Any], action: str) -> set[str]:
    """`kind/numbers` of what would become of it."""
    return {
        f"{line['kind']}/{line['key'].split('/', 3)[3]}" for line in plan["lines"] if line["action"] == action
    }
