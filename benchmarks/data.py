"""The data for all contenders: an export by seed, in each format, and the state to compare it with."""

import csv
import json
import random
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
from kiwi_extract.compare.compare import fingerprint_of
from kiwi_extract.reading.export import RawRecord
from kiwi_extract.records.validate import validate
from kiwi_sync.connections import Connection, ConnectionSettings
from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.keys import Partition, shard_of

MANDANTEN = ("0001", "0002")
PAGE = 1000
"""Rows in a page of DynamoDB: it reads a mebibyte at a time, and a whole row has about a KiB."""
TYPES = {"verwaltungseinheiten": "verwaltungseinheit", "mieter": "mieter", "mietvertraege": "mietvertrag"}
VERSION = "2026-11-21T01:00:00.000000Z full-001"
ENVELOPE: dict[str, Any] = {
    "format": "erp-export/1",
    "connection": "muster-wohnbau",
    "export_id": "full-002",
    "exported_at": "2026-11-22T02:00:00+01:00",
    "scope": "full",
    "mandanten": list(MANDANTEN),
}
CONNECTION = Connection(
    "muster-wohnbau",
    ConnectionSettings(
        mandanten=MANDANTEN,
        kiwi_api_url="https://kiwi.example",
        kiwi_erp_api_url="https://kiwi.example",
        secret="s",  # noqa: S106 - the name of one
    ),
    1,
)
_FIRST = ("Erika", "Max", "Jürgen", "Zoë", "Käthe", "Björn", "Ana-Lucía", "Uğur", "Marlene", "Piotr")
_LAST = ("Mustermann", "Müller", "Groß", "Şahin", "von der Heide", "Kowalski", "Schmidt-Lüders", "Weiß")
_STREETS = ("Lindenstraße", "Am Alten Markt", "Gürtelstraße", "Käthe-Kollwitz-Ufer", "Hauptstraße")

Json = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """Records of an export: 100 units, 100 leases and 150 tenants to every 350."""

    records: int

    @property
    def units(self) -> int:
        """The number of units, and of leases."""
        return self.records * 100 // 350

    @property
    def tenants(self) -> int:
        """The number of tenants: the rest."""
        return self.records - 2 * self.units


def make(folder: Path, records: int, changed: float, seed: int) -> None:
    """Write the export in each format, and a state that differs in the share `changed` of its rows."""
    folder.mkdir(parents=True, exist_ok=True)
    size = Size(records)
    _write_ndjson(folder / "export.ndjson", size, seed)
    _write_json(folder / "export.json", size, seed)
    for section in SECTIONS:
        _write_csv(folder / f"{section}.csv", rows(section, size, seed))
    with zipfile.ZipFile(folder / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for section in SECTIONS:
            archive.write(folder / f"{section}.csv", f"{section}.csv")
    _write_state(folder, size, changed, seed)


def rows(section: str, size: Size, seed: int) -> Iterator[Json]:
    """The records of a section, the same for the same seed."""
    chance = random.Random(f"{seed} {section}")
    if section == "verwaltungseinheiten":
        return (_unit(number, chance) for number in range(size.units))
    if section == "mieter":
        return (_tenant(number, chance) for number in range(size.tenants))
    return (_lease(number, size, chance) for number in range(size.units))


def _numbers(number: int) -> tuple[str, str, str]:
    """Mandant, Wirtschaftseinheit and Nummer of a unit."""
    return MANDANTEN[number % 2], f"{number // 400:04}", f"{number // 2 % 200:04}"


def _unit(number: int, chance: random.Random) -> Json:
    mandant, house, nummer = _numbers(number)
    return {
        "mandant": mandant,
        "wirtschaftseinheit": house,
        "nummer": nummer,
        "bezeichnung": f"Wohnung {number % 9}. OG {chance.choice(('links', 'rechts', 'Mitte'))}",
        "strasse": chance.choice(_STREETS),
        "hausnummer": f"{chance.randrange(1, 200)}{chance.choice(('', '', 'a'))}",
        "plz": f"{chance.randrange(10000, 14200)}",
        "ort": "Berlin",
        "bundesland": "Berlin",
        "land": "DE",
        "latitude": round(52.3 + chance.random() / 2, 6),
        "longitude": round(13.1 + chance.random() / 2, 6),
    }


def _tenant(number: int, chance: random.Random) -> Json:
    email = f"mieter{number}@example.org" if chance.random() < 0.85 else None
    return {
        "mandant": MANDANTEN[number % 2],
        "nummer": f"{number // 2:06}",
        "vorname": chance.choice(_FIRST),
        "nachname": chance.choice(_LAST),
        "firma": None,
        "email": email,
    }


def _lease(number: int, size: Size, chance: random.Random) -> Json:
    mandant, house, nummer = _numbers(number)
    own = number // 2
    couple = number + size.units < size.tenants
    tenants = [f"{own:06}"] + ([f"{(number + size.units) // 2:06}"] if couple else [])
    begin = date(2005, 1, 1) + timedelta(days=chance.randrange(7600))
    ends = chance.random() < 0.1
    return {
        "mandant": mandant,
        "nummer": f"{house}-{nummer}-{chance.randrange(1, 9):02}",
        "verwaltungseinheit": {"wirtschaftseinheit": house, "nummer": nummer},
        "mieter": tenants,
        "beginn": begin.isoformat(),
        "ende": (begin + timedelta(days=700)).isoformat() if ends else None,
    }


def _write_ndjson(path: Path, size: Size, seed: int) -> None:
    with path.open("wb") as file:
        file.write(orjson.dumps(ENVELOPE) + b"\n")
        for section in SECTIONS:
            for row in rows(section, size, seed):
                file.write(orjson.dumps({"typ": TYPES[section], **row}) + b"\n")


def _write_json(path: Path, size: Size, seed: int) -> None:
    with path.open("wb") as file:
        file.write(orjson.dumps(ENVELOPE)[:-1])
        for section in SECTIONS:
            file.write(f',\n"{section}": ['.encode())
            for number, row in enumerate(rows(section, size, seed)):
                file.write((b",\n" if number else b"\n") + orjson.dumps(row))
            file.write(b"]")
        file.write(b"}\n")


def _write_csv(path: Path, records: Iterable[Json]) -> None:
    """Write CSV as ERPs do: semicolons and decimal commas."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = None
        for row in map(_flat, records):
            if writer is None:
                writer = csv.DictWriter(file, list(row), delimiter=";")
                writer.writeheader()
            writer.writerow(row)


def _flat(row: Json) -> Json:
    flat = dict(row)
    if "beginn" in row:
        unit = flat.pop("verwaltungseinheit")
        flat = {**flat, "wirtschaftseinheit": unit["wirtschaftseinheit"], "einheit": unit["nummer"]}
        flat["mieter"] = ",".join(row["mieter"])
    for name in ("latitude", "longitude"):
        if name in row:
            flat[name] = str(row[name]).replace(".", ",")
    return flat


def _write_state(folder: Path, size: Size, changed: float, seed: int) -> None:
    """Write the rows as DynamoDB's query answers: pages of JSON in one file, with an index."""
    chance = random.Random(f"{seed} changed")
    items: dict[str, list[Json]] = defaultdict(list)
    for section in SECTIONS:
        for place, row in enumerate(rows(section, size, seed)):
            entry = validate(RawRecord(section, place, False, row))
            at = Partition(CONNECTION.id, str(entry.mandant), entry.kind, shard_of(str(entry.sk)))
            record = f"{entry.record}{' ' if chance.random() < changed else ''}"
            items[at.pk].append(_item(str(entry.sk), fingerprint_of(record, CONNECTION.shape)))
    index: dict[str, list[tuple[int, int]]] = defaultdict(list)
    with (folder / "pages.bin").open("wb") as file:
        for pk in sorted(items):
            found = sorted(items.pop(pk), key=lambda item: str(item["sk"]["S"]))
            for first in range(0, len(found), PAGE):
                part = found[first : first + PAGE]
                page: Json = {"Count": len(part), "Items": part, "ScannedCount": len(part)}
                if first + PAGE < len(found):
                    page["LastEvaluatedKey"] = {"pk": {"S": pk}, "sk": part[-1]["sk"]}
                text = orjson.dumps(page)
                index[pk].append((file.tell(), len(text)))
                file.write(text)
    (folder / "pages.json").write_text(json.dumps(index))


def _item(sk: str, fingerprint: str) -> Json:
    return {
        "sk": {"S": sk},
        "rev": {"N": "1732400000000"},
        "version": {"S": VERSION},
        "fingerprint": {"S": fingerprint},
    }


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
