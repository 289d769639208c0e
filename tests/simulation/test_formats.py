"""The same data in each format and each encoding, packed or not: the same content of KIWI."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extent import extent
from tests.generate import CONNECTION
from tests.simulation.containers import BUCKET
from tests.simulation.plan import Plan
from tests.simulation.scheduler import START
from tests.simulation.world import World
from tests.written import (
    DELIMITERS,
    PACKED,
    UNICODE,
    WINDOWS,
    Sections,
    as_json,
    as_ndjson,
    as_xlsx,
    as_zip_of_csv,
    packed,
)

MANDANT = "0001"
SIDE = {"export_id": "e1", "exported_at": START.isoformat(), "mandanten": [MANDANT]}
ENVELOPE = {"format": "erp-export/1", "connection": CONNECTION, "scope": "full", **SIDE}
FOLDER = f"exports/{CONNECTION}/full"
NUMBERS = st.lists(st.text("0123456789A/", min_size=1, max_size=6), min_size=1, max_size=3, unique=True)
TEXTS = st.none() | st.text("aZ0 ,;|\t\"'.-äöüÄÖÜßéèñ", max_size=12)


@st.composite
def data(draw: st.DrawFn) -> Sections:
    """Some units, tenants with and without an address, and their leases."""
    units, tenants = draw(NUMBERS), draw(NUMBERS)
    return {
        "verwaltungseinheiten": [
            {"mandant": MANDANT, "wirtschaftseinheit": "100", "nummer": number, "bezeichnung": draw(TEXTS),
             "strasse": draw(TEXTS), "plz": "01069", "ort": "Köln", "bundesland": "NRW",
             "latitude": draw(st.sampled_from([None, 50.9375, -3.5])), "longitude": 6.96}
            for number in units
        ],
        "mieter": [
            {"mandant": MANDANT, "nummer": number, "vorname": draw(TEXTS), "nachname": draw(TEXTS),
             "email": draw(st.sampled_from([None, f"Mieter{place}@mail.example.org"]))}
            for place, number in enumerate(tenants)
        ],
        "mietvertraege": [
            {"mandant": MANDANT, "nummer": number,
             "verwaltungseinheit": {"wirtschaftseinheit": "100", "nummer": draw(st.sampled_from(units))},
             "mieter": draw(st.lists(st.sampled_from(tenants), min_size=1, max_size=2, unique=True)),
             "beginn": draw(st.sampled_from(["2024-01-31", "31.01.2024"])),
             "ende": draw(st.sampled_from([None, "2030-12-31", "31.12.9999"]))}
            for number in draw(NUMBERS)
        ],
    }  # fmt: skip


def in_kiwi(content: bytes) -> dict[str, Any]:
    """KIWI's content after an export from the bucket."""
    world = World(Plan(seed=1, events=(), mandanten=(MANDANT,)))
    with world.entered():
        world.s3.objects[f"{FOLDER}/export.json"] = json.dumps(SIDE).encode()
        world.s3.objects[f"{FOLDER}/anything"] = content
        pointer = {"format": "erp-export-pointer/1", "bucket": BUCKET, "key": f"{FOLDER}/anything"}
        world.exports.put(json.dumps(pointer))
        world.calm()
        objects = world.kiwi.content()
    for agreement in objects["rental_agreement"].values():
        # KIWI draws the id of a state.
        del agreement["state"]["id"]
    return objects


@settings(max_examples=extent(6, 15), deadline=None)
@given(data(), st.data())
def test_every_format_comes_to_the_same(sections: Sections, drawn: st.DataObject) -> None:
    expected = in_kiwi(as_json(ENVELOPE, sections))
    assert len(expected["rental_unit"]) == len(sections["verwaltungseinheiten"])
    assert len(expected["tenant"]) == sum(one["email"] is not None for one in sections["mieter"])
    unicode, windows = drawn.draw(st.sampled_from(UNICODE)), drawn.draw(st.sampled_from(WINDOWS))
    delimiter, how = drawn.draw(st.sampled_from(DELIMITERS)), drawn.draw(st.sampled_from(PACKED))
    documents = {
        "JSON": packed(as_json(ENVELOPE, sections, unicode), how),
        "NDJSON": packed(as_ndjson(ENVELOPE, sections, unicode), how),
        "CSV": as_zip_of_csv(sections, unicode, delimiter),
        "CSV of Windows": as_zip_of_csv(sections, windows, delimiter),
        "XLSX": as_xlsx(sections),
    }
    for name, content in documents.items():
        assert in_kiwi(content) == expected, name
