"""Units that cannot be told apart: on one point, or under one name."""

import re
from collections import defaultdict
from collections.abc import Iterator

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.index import Index
from kiwi_cli.check.seen import Hit, Unit

_FROM_NUMBER_ON = re.compile(r"\s*\d.*")
_STREET = re.compile(r"str(?:asse|\.)")


def houses(index: Index) -> Iterator[Hit]:
    """Streets that lie on one point, and units of the same name in a house."""
    spots: dict[tuple[float, float], dict[str, Unit]] = defaultdict(dict)
    named: dict[tuple[str, str, str], Unit] = {}
    for unit in index.units.values():
        if unit.house and unit.spot:
            spots[unit.spot].setdefault(unit.house, unit)
        if unit.house and unit.name:
            known = named.setdefault((unit.key[0], unit.house, unit.name.casefold()), unit)
            if known is not unit:
                yield Hit(Defect.UNIT_NAME_TWICE, unit.subject, "bezeichnung", [known.subject.key])
    for spot, there in spots.items():
        streets = {_street(house): unit for house, unit in there.items()}
        if len(streets) > 1 and spot != (0, 0):
            first, *others = streets.values()
            yield Hit(
                Defect.COORDINATES_SHARED, first.subject, "latitude", [one.subject.key for one in others]
            )


def _street(house: str) -> str:
    """A street without its house number; Berliner Straße and Berliner-Str. are one."""
    name = _FROM_NUMBER_ON.sub("", house).casefold()
    return _STREET.sub("str", re.sub(r"[\s-]", "", name))
