"""The little world that random histories are made from: units, tenants and leases, and how they change."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Json = dict[str, Any]
Key = tuple[str, ...]
World = dict[str, dict[Key, Json]]

MANDANTEN = ("0001", "0002", "0003")
KINDS = ("verwaltungseinheiten", "mieter", "mietvertraege")
FIELDS = {
    "verwaltungseinheiten": ("mandant", "wirtschaftseinheit", "nummer"),
    "mieter": ("mandant", "nummer"),
    "mietvertraege": ("mandant", "nummer"),
}
# With the separator `-`, the third and the fourth unit have one external id, and so have the lease "V" of the
# tenant "1-2" and the lease "V-1" of the tenant "2".
UNITS = (
    ("100", "0001"),
    ("100", "0002"),
    ("10", "0-1"),
    ("10-0", "1"),
    ("Haus Süd", "Whg. 1/2"),
    ("100%", "#7"),
    ("ä_ö", "ß|ü"),
    ("W" * 64, "N" * 64),
)
TENANTS = ("4711", "4 713", "T#1", "5%/2", "M-üller", "t" * 64, "1-2", "2")
LEASES = ("100-0001-01", "V 1", "V#2/3", "L%25", "Verträge_ä", "l" * 64, "V", "V-1")
COLLIDING = (("V", "1-2"), ("V-1", "2"))
SHARED_EMAILS = ("familie@example.org", "Familie@Example.org ", "buero@häuser.example.net")
NO_EMAILS = (None, "", " ; ")
BAD_EMAILS = ("keine", "a@@example.org", "wer@wohnbau.test")
FIRST_NAMES = ("Jörg", "Ayşe", "Änne", "Max", None)
LAST_NAMES = ("Weiß", "Müller", "van der Heide", "Yılmaz")


@dataclass(frozen=True)
class Numbers:
    """The numbers that a world is made of, and how often each comes, goes and changes."""

    units: tuple[tuple[str, str], ...] = UNITS
    tenants: tuple[str, ...] = TENANTS
    leases: tuple[str, ...] = LEASES
    there: float = 0.75
    comes: float = 0.2
    goes: float = 0.07
    changes: float = 0.3
    reverts: float = 0.0
    """The share of new or changed objects that return to a former state."""
    shared: float = 0.12
    """The share of tenants with an address that others may have."""

    def keys(self, kind: str) -> list[Key]:
        """All numbers of the kind in the first Mandant, the first two in the second and the third."""
        pool: dict[str, list[tuple[str, ...]]] = {
            "verwaltungseinheiten": list(self.units),
            "mieter": [(number,) for number in self.tenants],
            "mietvertraege": [(number,) for number in self.leases],
        }
        shares = {"0001": pool[kind], "0002": pool[kind][:2], "0003": pool[kind][:2]}
        return [(mandant, *number) for mandant in MANDANTEN for number in shares[mandant]]


ALL = Numbers()


def empty_world() -> World:
    return {kind: {} for kind in KINDS}


def first_world(rng: random.Random, numbers: Numbers = ALL) -> World:
    world = empty_world()
    for kind in KINDS:
        for key in numbers.keys(kind):
            if rng.random() < (0.3 if key[0] == "0003" else numbers.there):
                world[kind][key] = _record(rng, kind, key, numbers)
    return world


def change(rng: random.Random, world: World, former: World, numbers: Numbers = ALL) -> None:
    """Let some come, go, and change. `former`: how those were that are no more, or have changed."""
    for kind in KINDS:
        rows = world[kind]
        for key in numbers.keys(kind):
            before, record = former[kind].get(key), rows.get(key)
            if record is None:
                if rng.random() < numbers.comes:
                    rows[key] = _reverted(rng, numbers, before) or _record(rng, kind, key, numbers)
                continue
            if rng.random() < numbers.goes:
                del rows[key]
            elif rng.random() < numbers.changes:
                fresh = _reverted(rng, numbers, before)
                rows[key] = fresh or _changed(rng, kind, record, _record(rng, kind, key, numbers))
            if rows.get(key) != record:
                former[kind][key] = record
    if rng.random() < 0.2:
        _swap_emails(rng, world["mieter"])


def _reverted(rng: random.Random, numbers: Numbers, before: Json | None) -> Json | None:
    return before if numbers.reverts and before and rng.random() < numbers.reverts else None


def _swap_emails(rng: random.Random, persons: dict[Key, Json]) -> None:
    if len(persons) > 1:
        one, other = rng.sample(sorted(persons), 2)
        persons[one], persons[other] = (
            persons[one] | {"email": persons[other]["email"]},
            persons[other] | {"email": persons[one]["email"]},
        )


def _record(rng: random.Random, kind: str, key: Key, numbers: Numbers) -> Json:
    body = {
        "verwaltungseinheiten": lambda: _unit(rng),
        "mieter": lambda: _person(rng, key, numbers),
        "mietvertraege": lambda: _lease(rng, key, numbers),
    }[kind]()
    return dict(zip(FIELDS[kind], key, strict=True)) | body


def _changed(rng: random.Random, kind: str, record: Json, fresh: Json) -> Json:
    """The record with one or two fields made anew."""
    names = [name for name in fresh if name not in FIELDS[kind] and name not in ("beginn", "ende")]
    changed = record | {name: fresh[name] for name in rng.sample(names, rng.randint(1, 2))}
    if kind == "mietvertraege" and rng.random() < 0.5:
        changed |= {"beginn": fresh["beginn"], "ende": fresh["ende"]}
    return changed


def _unit(rng: random.Random) -> Json:
    located = rng.random() < 0.7
    return {
        "bezeichnung": rng.choice((None, "", " Wohnung Süd ", "Laden", f"Stellplatz {rng.randint(1, 9)}")),
        "strasse": rng.choice(("Lindenstraße", "Große Gasse", None)) if located else "Weg",
        "hausnummer": rng.choice(("12a", 7)) if located else None,
        "plz": rng.choice(("10969", 50678, "D-10969 Berlin")),
        "ort": rng.choice(("Berlin", "Köln")),
        "bundesland": rng.choice(("Berlin", "Nordrhein-Westfalen", None)),
        "land": rng.choice(("DE", "AT", None, "Deutschland")),
        "latitude": round(rng.uniform(47, 55), 4) if located else None,
        "longitude": rng.choice((13, 6.9589)) if located else None,
    } | ({"strasse": None, "hausnummer": None} if rng.random() < 0.1 else {})


def _person(rng: random.Random, key: Key, numbers: Numbers) -> Json:
    firm = rng.random() < 0.15
    return {
        "vorname": None if firm else rng.choice(FIRST_NAMES),
        "nachname": None if firm else rng.choice(LAST_NAMES),
        "firma": "Bäckerei Süß GmbH" if firm else None,
        "email": _email(rng, key, numbers.shared),
    }


def _email(rng: random.Random, key: Key, shared: float) -> str | None:
    own = f"mieter{TENANTS.index(key[1])}-{key[0]}@mail.example.org"
    choice = rng.random()
    if choice < 0.77 - shared:
        return own
    if choice < 0.77:
        return rng.choice(SHARED_EMAILS)
    if choice < 0.87:
        return rng.choice(NO_EMAILS)
    return rng.choice(BAD_EMAILS) if choice < 0.92 else f"kaputt@; {own.upper()} , spaeter@example.com"


def _lease(rng: random.Random, key: Key, numbers: Numbers) -> Json:
    mandant = key[0]
    units = [k for k in numbers.keys("verwaltungseinheiten") if k[0] == mandant]
    tenants = [k[1] for k in numbers.keys("mieter") if k[0] == mandant]
    _, wirtschaftseinheit, nummer = rng.choice(units)
    named = rng.sample(tenants, min(len(tenants), rng.choice((1, 1, 2, 3))))
    named += [n for lease, n in COLLIDING if lease == key[1] and n in set(tenants) - set(named)]
    beginn = date(2020, 1, 1) + timedelta(days=rng.randint(0, 3000))
    ende = beginn + timedelta(days=rng.randint(0, 1500))
    return {
        "verwaltungseinheit": {"wirtschaftseinheit": wirtschaftseinheit, "nummer": nummer},
        "mieter": named,
        "beginn": _date(rng, beginn),
        "ende": rng.choice((None, "31.12.9999", _date(rng, ende))),
    }


def _date(rng: random.Random, day: date) -> str:
    return day.isoformat() if rng.random() < 0.5 else day.strftime("%d.%m.%Y")
