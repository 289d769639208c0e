"""A small model of exports and their meaning, straight from the design's words."""

from dataclasses import dataclass, field
from typing import Literal

from tests.unit.extract.exports import Export, Json, delta, full
from tests.unit.extract.rig import text

Said = Literal["a", "b", "bad", "twice", "deleted"]
MANDANTEN = ("0001", "0002")
NUMBERS = ("1", "2", "3")
Key = tuple[str, str]


@dataclass(frozen=True)
class Told:
    """The statements of one export. `nameless`: Mandanten (or None) of records with an unreadable number."""

    says: dict[Key, Said] = field(default_factory=dict)
    listed: tuple[str, ...] = ()
    nameless: tuple[str | None, ...] = ()

    def export(self, hour: int) -> Export:
        records: list[Json] = [{"mandant": mandant, "firma": "?"} for mandant in self.nameless]
        deleted: list[Json] = []
        for (mandant, nummer), said in self.says.items():
            record: Json = {"mandant": mandant, "nummer": nummer, "firma": {} if said == "bad" else said}
            (deleted if said == "deleted" else records).extend([record] * (1 + (said == "twice")))
        return full(hour, records, self.listed) if self.listed else delta(hour, records, deleted)

    def keeps(self, key: Key) -> bool:
        """Whether it says nothing about the key, which stays as it was."""
        if key in self.says:
            unlisted = self.listed and key[0] not in self.listed
            return self.says[key] in {"bad", "twice"} or bool(unlisted)
        return key[0] not in self.listed or None in self.nameless or key[0] in self.nameless


def model(history: list[Told]) -> dict[str, str]:
    """The live keys after the exports, in the order of their versions."""
    there: dict[Key, Said] = {}
    for told in history:
        for key in [(mandant, nummer) for mandant in MANDANTEN for nummer in NUMBERS]:
            if told.keeps(key):
                continue
            said = told.says.get(key, "deleted")
            there.pop(key, None)
            if said != "deleted":
                there[key] = said
    return {text(nummer, mandant): said for (mandant, nummer), said in there.items()}
