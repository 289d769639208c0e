"""The worked examples in events/mappings: each sample becomes the records that its comments promise."""

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from kiwi_extract.feldmapping.parsing import parse_feldmapping
from kiwi_extract.reading.export import Origin
from kiwi_extract.reading.open_export import open_export
from kiwi_extract.records.entry import Entry
from kiwi_extract.records.validate import validate
from kiwi_sync.rules.email import choose_email
from kiwi_sync.rules.reasons import Reason

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
            *("0030/001", "0030/002", "0030/003", "0030/004", "0030/005", "0030/006"),
        ],
        "mieter": [
            *("5001", "5002", "5003", "5003.2", "5004", "5005"),
            *("5007", "5008", "5009", "5010"),
        ],
        "mietvertraege": [
            *("12.1.2", "12.1.3", "12.2.1", "12.3.7", "12.4.1"),
            *("30.2.5", "30.3.1", "30.4.2", "30.5.1", "30.6.1"),
        ],
    },
    "wodis": {
        "verwaltungseinheiten": [
            *("0100/01.0001", "0100/01.0002", "0110/01.0001", "0110/01.0002", "0110/02.0002"),
            *("0002/0100/01.0001", "0002/0100/01.0002"),
        ],
        "mieter": ["4700", "4711", "4712", "4713", "4714", "4716", "0002/4711"],
        "mietvertraege": [
            *("0100.01.0001.02", "0100.01.0001.03", "0100.01.0002.01"),
            *("0110.01.0002.02", "0110.02.0002.02", "0002/0100.01.0001.01"),
        ],
    },
}
"""The numbers of the records; without the Mandant where it is 0001."""


def read(name: str, changed: tuple[str, str] = ("", "")) -> list[Entry]:
    """The read records of an example; `changed`: a text of its file, and its replacement."""
    mapping = parse_feldmapping((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    data = next(path for path in FOLDER.glob(f"{name}.*") if path.suffix != ".yaml")
    content = data.read_bytes()
    if any(changed):
        old, new = (text.encode() for text in changed)
        assert old in content
        content = content.replace(old, new)
    origin = Origin(data.name, envelope={"connection": "c1"})
    export = open_export(BytesIO(content), origin, lambda _: mapping)
    entries = [validate(raw) for raw in export.records()]
    assert export.mapping == mapping.version
    return entries


def records(name: str, changed: tuple[str, str] = ("", "")) -> dict[str, dict[str, Any]]:
    """The valid records of an example, by section and numbers; none may be rejected."""
    found: dict[str, dict[str, Any]] = {}
    for entry in read(name, changed):
        assert entry.reason is None
        assert entry.record
        numbers = str(entry.numbers).removeprefix("0001/")
        assert numbers not in found.setdefault(entry.section, {})
        found[entry.section][numbers] = json.loads(entry.record)
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
    assert found["mietvertraege"]["12.2.1"]["mieter"] == ["5003", "5003.2"]
    assert found["mieter"]["5003"]["email"] == "j.weiss@example.com"
    assert found["mieter"]["5003.2"] == {
        "mandant": "0001",
        "nummer": "5003.2",
        "vorname": "Käthe",
        "nachname": "Weiß",
        "email": "k.weiss@example.com",
    }
    assert "email" not in found["mieter"]["5008"]
    assert found["mietvertraege"]["30.2.5"]["beginn"] == "2024-02-01"


def test_domus_knows_who_has_two_flats_as_one_tenant() -> None:
    found = records("domus")
    leases = [key for key, lease in found["mietvertraege"].items() if "5001" in lease["mieter"]]
    assert sorted(leases) == ["12.1.3", "30.4.2"]
    addresses = [tenant.get("email") for tenant in found["mieter"].values()]
    assert addresses.count("aenne.schaefer@example.org") == 1


def test_domus_keeps_a_tenancy_whose_unit_has_a_gap() -> None:
    assert records("domus")["mietvertraege"]["30.2.5"]["mieter"] == ["5007"]
    with_another_gap = records("domus", (";12.4.1;M;", ";12.4.1;M (!);"))
    assert with_another_gap == records("domus")


def test_domus_takes_no_kennzeichen_for_none_that_it_does_not_know() -> None:
    rejected = [entry for entry in read("domus", (";12.4.1;M;", ";12.4.1;M ?;")) if entry.reason]
    assert {(entry.section, str(entry.numbers), entry.reason, entry.field) for entry in rejected} == {
        ("mieter", "0001/5005", "value_not_mapped", "filter"),
        ("mietvertraege", "0001/12.4.1", "value_not_mapped", "filter"),
    }


def test_domus_opens_no_door_for_an_address_with_a_note() -> None:
    mieter = records("domus")["mieter"]
    assert choose_email(mieter["5009"]["email"]) is Reason.INVALID_EMAIL
    assert mieter["5010"]["vorname"] == "Ulla & Kai"
    assert choose_email(mieter["5010"]["email"]) == "ulla.voss@example.org"


def test_wodis_gets_its_zeros_back_and_unites_tenants() -> None:
    found = records("wodis")
    assert found["mietvertraege"]["0100.01.0001.03"] == {
        "mandant": "0001",
        "nummer": "0100.01.0001.03",
        "verwaltungseinheit": {"wirtschaftseinheit": "0100", "nummer": "01.0001"},
        "mieter": ["4711", "4712"],
        "beginn": "2019-03-01",
    }
    unit = found["verwaltungseinheiten"]["0110/01.0002"]
    assert (unit["bundesland"], unit["latitude"]) == ("Sachsen", 51.0801)
    assert "email" not in found["mieter"]["0002/4711"]


def test_wodis_gives_a_guarantor_nothing() -> None:
    assert "rolf@example.org" in (FOLDER / "wodis.csv").read_text(encoding="utf-8")
    found = records("wodis")
    assert "4720" not in found["mieter"]
    assert all("4720" not in lease["mieter"] for lease in found["mietvertraege"].values())
    assert found == records("wodis", (";4720;Bürge;", ";4720;Bürgin;"))


def test_wodis_tells_units_of_the_same_number_in_two_buildings_apart() -> None:
    found = records("wodis")
    assert found["verwaltungseinheiten"]["0110/01.0002"]["hausnummer"] == "21 b"
    assert found["verwaltungseinheiten"]["0110/02.0002"]["hausnummer"] == "23"
    leases = [found["mietvertraege"][f"0110.{building}.0002.02"] for building in ("01", "02")]
    assert [lease["mieter"] for lease in leases] == [["4714"], ["4716"]]
    assert [lease["verwaltungseinheit"]["nummer"] for lease in leases] == ["01.0002", "02.0002"]


def test_wodis_says_where_a_unit_lies_if_the_list_does() -> None:
    units = records("wodis")["verwaltungseinheiten"]
    assert units["0100/01.0001"]["bezeichnung"] == "Wohnung Erdgeschoss, links"
    assert units["0110/02.0002"]["bezeichnung"] == "Wohnung 3. Etage, links"
    assert units["0110/01.0001"]["bezeichnung"] == "Wohnung"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_names_the_source_of_its_shape(name: str) -> None:
    assert "# Source of the shape: " in (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_knows_reserved_addresses_alone(name: str) -> None:
    addresses = [record.get("email", "") for record in records(name)["mieter"].values()]
    domains = [domain for address in addresses for domain in re.findall(r"@([\w.-]+)", address)]
    assert domains
    assert set(domains) <= {"example.org", "example.com", "example.net"}
