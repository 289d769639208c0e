"""The little world that random histories are made from: units, tenants and leases, and how they change."""

import random
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


def empty_world() -> World:
    return {kind: {} for kind in KINDS}


def first_world(rng: random.Random) -> World:
    world = empty_world()
    for kind in KINDS:
        for key in _keys(kind):
            if rng.random() < (0.3 if key[0] == "0003" else 0.75):
                world[kind][key] = _record(rng, kind, key)
    return world


def change(rng: random.Random, world: World) -> None:
    for kind in KINDS:
        rows = world[kind]
        for key in _keys(kind):
            if key not in rows:
                if rng.random() < 0.2:
                    rows[key] = _record(rng, kind, key)
            elif rng.random() < 0.07:
                del rows[key]
            elif rng.random() < 0.3:
                rows[key] = _changed(rng, kind, key, rows[key])
    if rng.random() < 0.2:
        _swap_emails(rng, world["mieter"])


def _swap_emails(rng: random.Random, persons: dict[Key, Json]) -> None:
    if len(persons) > 1:
        one, other = rng.sample(sorted(persons), 2)
        persons[one], persons[other] = (
            persons[one] | {"email": persons[other]["email"]},
            persons[other] | {"email": persons[one]["email"]},
        )


def _keys(kind: str) -> list[Key]:
    """Eight numbers of each kind in the first Mandant, two in the second and the third."""
    numbers = {
        "verwaltungseinheiten": UNITS,
        "mieter": [(n,) for n in TENANTS],
        "mietvertraege": [(n,) for n in LEASES],
    }
    pool = numbers[kind]
    shares = {"0001": pool, "0002": pool[:2], "0003": pool[:2]}
    return [(mandant, *number) for mandant in MANDANTEN for number in shares[mandant]]


def _record(rng: random.Random, kind: str, key: Key) -> Json:
    body = {"verwaltungseinheiten": _unit, "mieter": _person, "mietvertraege": _lease}[kind](rng, key)
    return dict(zip(FIELDS[kind], key, strict=True)) | body


def _changed(rng: random.Random, kind: str, key: Key, record: Json) -> Json:
    """One or two fields of the record, made anew."""
    fresh = _record(rng, kind, key)
    names = [name for name in fresh if name not in FIELDS[kind] and name not in ("beginn", "ende")]
    changed = record | {name: fresh[name] for name in rng.sample(names, rng.randint(1, 2))}
    if kind == "mietvertraege" and rng.random() < 0.5:
        changed |= {"beginn": fresh["beginn"], "ende": fresh["ende"]}
    return changed


def _unit(rng: random.Random, key: Key) -> Json:
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


def _person(rng: random.Random, key: Key) -> Json:
    firm = rng.random() < 0.15
    return {
        "vorname": None if firm else rng.choice(FIRST_NAMES),
        "nachname": None if firm else rng.choice(LAST_NAMES),
        "firma": "Bäckerei Süß GmbH" if firm else None,
        "email": _email(rng, key),
    }


def _email(rng: random.Random, key: Key) -> str | None:
    own = f"mieter{TENANTS.index(key[1])}-{key[0]}@mail.example.org"
    choice = rng.random()
    if choice < 0.65:
        return own
    if choice < 0.77:
        return rng.choice(SHARED_EMAILS)
    if choice < 0.87:
        return rng.choice(NO_EMAILS)
    return rng.choice(BAD_EMAILS) if choice < 0.92 else f"kaputt@; {own.upper()} , spaeter@example.com"


def _lease(rng: random.Random, key: Key) -> Json:
    mandant = key[0]
    units = [k for k in _keys("verwaltungseinheiten") if k[0] == mandant]
    tenants = [k[1] for k in _keys("mieter") if k[0] == mandant]
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
