"""The worked examples in events/mappings: each sample becomes the records that its comments promise."""

import json
from pathlib import Path
from typing import Any

import pytest
from kiwi_extract.feldmapping.parsing import parse_feldmapping
from kiwi_extract.formats.origin import Origin
from kiwi_extract.formats.reading import open_export
from kiwi_extract.validate import validate

FOLDER = Path(__file__).parents[4] / "events" / "mappings"
EXAMPLES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
EXPECTED: dict[str, dict[str, list[str]]] = {
    "openwowi": {
        "verwaltungseinheiten": ["101/0001", "101/0002", "101/0003", "102/0001", "102/0002"],
        "mieter": ["200101", "200102", "200103", "200104", "200105", "200106"],
        "mietvertraege": ["101.0001.03", "101.0002.01", "101.0003.02", "101.9001.01", "102.0001.01"],
    },
    "domus": {
        "verwaltungseinheiten": [
            *("0012/001", "0012/002", "0012/003", "0012/004"),
            *("0030/001", "0030/002", "0030/003"),
        ],
        "mieter": ["12.1.2", "12.1.3", "12.2.1", "12.2.1.2", "12.4.1", "30.2.5", "30.3.1"],
        "mietvertraege": ["12.1.2", "12.1.3", "12.2.1", "12.4.1", "30.2.5", "30.3.1"],
    },
    "wodis": {
        "verwaltungseinheiten": [
            *("0100/0001", "0100/0002", "0110/0001", "0110/0002"),
            *("0002/0100/0001", "0002/0100/0002"),
        ],
        "mieter": ["4700", "4711", "4712", "4713", "4714", "0002/4711"],
        "mietvertraege": [
            *("0100.0001.02", "0100.0001.03", "0100.0002.01", "0110.0002.02"),
            "0002/0100.0001.01",
        ],
    },
}
"""The numbers of the records; without the Mandant where it is 0001."""


def records(name: str) -> dict[str, dict[str, Any]]:
    """The valid records of an example, by section and numbers; none may be rejected."""
    mapping = parse_feldmapping((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    data = next(path for path in FOLDER.glob(f"{name}.*") if path.suffix != ".yaml")
    found: dict[str, dict[str, Any]] = {}
    with data.open("rb") as stream:
        export = open_export(stream, Origin(data.name, envelope={"connection": "c1"}), lambda _: mapping)
        for raw in export.records():
            entry = validate(raw)
            assert entry.reason is None
            assert entry.record
            numbers = str(entry.numbers).removeprefix("0001/")
            assert numbers not in found.setdefault(entry.section, {})
            found[entry.section][numbers] = json.loads(entry.record)
    assert export.mapping == mapping.version
    return found


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_the_records_that_it_should(name: str) -> None:
    found = records(name)
    assert {section: sorted(of) for section, of in found.items()} == {
        section: sorted(of) for section, of in EXPECTED[name].items()
    }


def test_openwowi_takes_tenants_and_addresses_from_nested_lists() -> None:
    found = records("openwowi")
    assert found["mietvertraege"]["101.0001.03"]["mieter"] == ["200101", "200102"]
    assert found["mieter"]["200101"] == {
        "mandant": "0001",
        "nummer": "200101",
        "vorname": "Wiebke",
        "nachname": "Petersen",
        "email": "wiebke.petersen@example.org",
    }
    assert "email" not in found["mieter"]["200104"]
    assert found["mietvertraege"]["101.0003.02"]["ende"] == "2026-12-31"
    assert found["verwaltungseinheiten"]["101/0002"]["bezeichnung"] == "Wohnung 1. OG"
    assert found["verwaltungseinheiten"]["101/0003"]["land"] == "DE"


def test_domus_makes_two_tenants_of_a_couple() -> None:
    found = records("domus")
    assert found["mietvertraege"]["12.2.1"]["mieter"] == ["12.2.1", "12.2.1.2"]
    assert found["mieter"]["12.2.1"]["email"] == "j.weiss@example.com"
    assert found["mieter"]["12.2.1.2"] == {
        "mandant": "0001",
        "nummer": "12.2.1.2",
        "vorname": "Käthe",
        "nachname": "Weiß",
        "email": "k.weiss@example.com",
    }
    assert "email" not in found["mieter"]["30.3.1"]
    assert found["mietvertraege"]["30.2.5"]["beginn"] == "2024-02-01"


def test_wodis_gets_its_zeros_back_and_unites_tenants() -> None:
    found = records("wodis")
    assert found["mietvertraege"]["0100.0001.03"] == {
        "mandant": "0001",
        "nummer": "0100.0001.03",
        "verwaltungseinheit": {"wirtschaftseinheit": "0100", "nummer": "0001"},
        "mieter": ["4711", "4712"],
        "beginn": "2019-03-01",
    }
    unit = found["verwaltungseinheiten"]["0110/0002"]
    assert (unit["bundesland"], unit["latitude"]) == ("Sachsen", 51.0801)
    assert "email" not in found["mieter"]["0002/4711"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_names_the_source_of_its_shape(name: str) -> None:
    assert "# Source of the shape: " in (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_knows_reserved_addresses_alone(name: str) -> None:
    addresses = [
        part
        for record in records(name)["mieter"].values()
        for part in record.get("email", "").split(";")
        if part
    ]
    assert addresses
    assert all(it.endswith(("@example.org", "@example.com", "@example.net")) for it in addresses)
