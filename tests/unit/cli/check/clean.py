"""Draws exports in which nothing is wrong, though much is unusual."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.unit.cli.check.looking import NOW, Json

FIRST_NAMES = (
    "Jörg", "Ayşe", "Änne", "Hans-Peter", "D'Angelo", "Zoë", "José María", "Éva", "Siân", "Ann", "Li",
)  # fmt: skip
LAST_NAMES = (
    "Weiß", "Groß", "Müller-Lüdenscheidt", "van der Heide", "Yılmaz", "O'Neill", "Graf von Thun",
    "Dr. Abel", "Šimić", "Herrmann", "Frauendorfer", "Familienberg", "Nowak", "Undeutsch", "Þórsson",
    "Ångström", "Testa", "Leerhoff", "Ng", "Null", "Na", "Ka", "Leer", "Herr", "von und zu Berg", "Nil",
)  # fmt: skip
FIRMS = (
    "Bäckerei Weiß & Söhne GmbH", "1&1 Telecom GmbH", "Müller/Maier GbR", "Praxis Dr. Abel",
    "Kita 12 Zwerge e.V.", "AOK",
)  # fmt: skip
DOMAINS = (
    "example.org", "gmail.com", "googlemail.com", "web.de", "gmx.de", "gmx.net", "gmx.at",
    "t-online.de", "yahoo.de", "yahoo.fr", "hotmail.de", "outlook.com", "live.de", "icloud.com",
    "posteo.de", "mailbox.org", "mail.de", "email.de", "aol.com", "me.com", "uni-köln.de", "freenet.de",
    "arcor.de", "magenta.de", "proton.me", "online.de", "ymail.com",
)  # fmt: skip
STREETS = (
    ("Lindenstraße", "12a"), ("Straße des 17. Juni", "135"), ("Am Markt", "1-3"), ("C 4", "11"),
    ("Q7", "24 b"), ("Platz der Einheit", "7/8"), ("Große Bleichen", "1"), ("Allée", "9"), ("Kö", "4"),
    ("An der Ü", "10 A"),
)  # fmt: skip
TOWNS = (
    ("10969", "Berlin", "Berlin", 52.5, 13.39), ("01067", "Dresden", "Sachsen", 51.05, 13.73),
    ("80331", "München", "BY", 48.13, 11.57), ("68159", "Mannheim", "Baden-Württemberg", 49.48, 8.46),
    ("25980", "Sylt", "Schleswig-Holstein", 54.9, 8.3), ("50667", "Köln", "NRW", 50.93, 6.95),
    ("99084", "Erfurt", "Thüringen", 50.97, 11.02), ("21129", "Hamburg", "DE-HH", 53.5, 9.8),
)  # fmt: skip
NUMBERINGS = ("{}", "{:04}", "W{}", "{:02}.{:02}", "10{}")


@st.composite
def clean_exports(draw: st.DrawFn) -> Json:
    """A full export of one or two Mandanten without any defect; no number has the separator `-` in it."""
    mandanten = draw(st.sampled_from([["0001"], ["0001", "0002"], ["7", "12"], ["WBG"]]))
    document: Json = {
        "format": "erp-export/1",
        "connection": "muster-wohnbau",
        "export_id": "clean",
        "exported_at": (NOW - timedelta(hours=9)).isoformat(),
        "scope": "full",
        "mandanten": mandanten,
        "verwaltungseinheiten": [],
        "mieter": [],
        "mietvertraege": [],
    }
    for place, mandant in enumerate(mandanten):
        for kind, records in draw(_mandant(mandant, place * 1000)).items():
            document[kind] += records
    if draw(st.booleans()):
        document["anzahl"] = {
            kind: len(document[kind]) for kind in ("verwaltungseinheiten", "mieter", "mietvertraege")
        }
    return document


@st.composite
def _mandant(draw: st.DrawFn, mandant: str, first: int) -> dict[str, list[Json]]:
    numbering = draw(st.sampled_from(NUMBERINGS))
    count = draw(st.integers(1, 15))
    units = [draw(_unit(mandant, numbering.format(n, n), n)) for n in range(1, count + 1)]
    tenants, leases = [], []
    for n, unit in enumerate(units, 1):
        if n > 1 and draw(st.booleans()):
            continue  # nobody lives there
        people = [draw(_tenant(mandant, first + n * 10 + k)) for k in range(draw(st.integers(1, 3)))]
        people[0]["email"] = people[0]["email"] or f"{first + n}.{mandant}@example.net"
        tenants += people
        leases.append(draw(_lease(unit, people, numbering.format(n, 1))))
    return {"verwaltungseinheiten": units, "mieter": tenants, "mietvertraege": leases}


@st.composite
def _unit(draw: st.DrawFn, mandant: str, nummer: str, n: int) -> Json:
    house = draw(st.integers(0, len(STREETS) - 1))
    plz, ort, bundesland, lat, lng = draw(st.sampled_from(TOWNS))
    strasse, hausnummer = STREETS[house]
    return {
        "mandant": mandant,
        "wirtschaftseinheit": "100",
        "nummer": nummer,
        "bezeichnung": draw(
            st.sampled_from(["Wohnung {}", "Whg. {} (Süd)", "Stellplatz Nr. {}", "EG/{}", "{}"])
        ).format(n),
        "strasse": strasse,
        "hausnummer": hausnummer,
        "plz": plz,
        "ort": ort,
        "bundesland": bundesland,
        "land": draw(st.sampled_from(["DE", None, "de"])),
        "latitude": lat + house / 1000,
        "longitude": lng,
    }


@st.composite
def _tenant(draw: st.DrawFn, mandant: str, n: int) -> Json:
    record: Json = {"mandant": mandant, "nummer": str(70000 + n)}
    domain = draw(st.sampled_from(DOMAINS))
    if draw(st.integers(0, 5)) == 0:
        return record | {"firma": draw(st.sampled_from(FIRMS)), "email": f"info{n}.{mandant}@{domain}"}
    local = draw(
        st.sampled_from(
            ["a.meier{}", "{}", "info.meier{}", "postmann{}", "x-y_z{}+kiwi", "testa.{}", "TEAM{}K"]
        )
    )
    email = draw(st.sampled_from([f"{local.format(n)}.{mandant}@{domain}", None, ""]))
    first = draw(st.sampled_from([*FIRST_NAMES, None]))
    return record | {"vorname": first, "nachname": draw(st.sampled_from(LAST_NAMES)), "email": email}


@st.composite
def _lease(draw: st.DrawFn, unit: Json, people: list[Json], nummer: str) -> dict[str, Any]:
    beginn = draw(st.dates(date(1950, 2, 2), NOW.date() + timedelta(days=365)))
    ende = draw(
        st.none() | st.dates(NOW.date() + timedelta(days=400), date(2060, 1, 1)) | st.just(date(9999, 12, 31))
    )
    german = draw(st.booleans())
    return {
        "mandant": unit["mandant"],
        "nummer": f"V{nummer}",
        "verwaltungseinheit": {"wirtschaftseinheit": "100", "nummer": unit["nummer"]},
        "mieter": [person["nummer"] for person in people],
        "beginn": beginn.strftime("%d.%m.%Y") if german else beginn.isoformat(),
        "ende": ende and ende.isoformat(),
    }
