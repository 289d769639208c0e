"""Draws uploads in every format: good and bad records, duplicates, unlisted Mandanten, deletions."""

import json
from typing import Any

from hypothesis import strategies as st

from tests.unit.cli.check.as_extract import Upload
from tests.unit.cli.check.looking import CONNECTION, LEASE, TENANT, UNIT, Json
from tests.unit.cli.check.test_anything import VALUES
from tests.written import TYPES, as_csv, as_xlsx, as_zip_of_csv, packed

SECTIONS = ("verwaltungseinheiten", "mieter", "mietvertraege")
LISTED = ["0001", "0002", "0003"]
# Few, so that keys come again: among the records, and under what is deleted.
MANDANTEN = st.sampled_from(["0001"] * 8 + ["0002", "0003", "0004", "0004", "0009", "", "x" * 65])
NUMBERS = st.sampled_from(["1"] * 4 + ["2"] * 4 + ["3", "3", "", "x" * 65, "a#b/c%d"])
MOMENTS = ["2026-11-23T02:00:00+01:00"] * 8 + ["2026-09-01T00:00:00Z", "2027-01-01T00:00:00Z"]
DATES = st.sampled_from(["2024-01-01", "2024-01-01", "01.01.2024", "2024-02-30", "", "bald"])


@st.composite
def uploads(draw: st.DrawFn) -> Upload:
    """An export in one of the formats; what is no JSON holds nothing but texts."""
    scope = draw(st.sampled_from(["full", "delta"]))
    mandanten = draw(st.sampled_from([["0001", "0002", "0004"], ["0001"]]))
    write = draw(st.sampled_from([_json, _json, _ndjson, _zip, _folder, _table, _workbook]))
    is_json = write in {_json, _ndjson}
    sections = {name: draw(st.lists(_record(name, wild=is_json), max_size=7)) for name in SECTIONS}
    return Upload(write(draw, sections, scope), scope, mandanten)


def _record(section: str, *, wild: bool) -> st.SearchStrategy[Any]:
    records: dict[str, st.SearchStrategy[Json]] = {
        "verwaltungseinheiten": st.fixed_dictionaries({"mandant": MANDANTEN, "nummer": NUMBERS}).map(
            lambda fields: {**UNIT, **fields}
        ),
        "mieter": st.fixed_dictionaries(
            {"mandant": MANDANTEN, "nummer": NUMBERS, "vorname": st.sampled_from(["Erika", "x" * 1001])}
        ).map(lambda fields: {**TENANT, **fields}),
        "mietvertraege": st.fixed_dictionaries(
            {
                "mandant": MANDANTEN,
                "nummer": NUMBERS,
                "beginn": DATES,
                "ende": DATES,
                "mieter": st.sampled_from([["1"], ["1", "2"], []]),
            }
        ).map(lambda fields: {**LEASE, **fields}),
    }
    tame = records[section]
    if not wild:
        return tame
    clean = {"verwaltungseinheiten": UNIT, "mieter": TENANT, "mietvertraege": LEASE}[section]
    spoilt = st.dictionaries(st.sampled_from([*clean]), VALUES, max_size=3)
    return _mostly(tame, spoilt.map(lambda fields: {**clean, **fields}), VALUES)


def _mostly(usual: st.SearchStrategy[Any], *others: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Not `one_of`, which would count each kind of value that the others are made of."""
    return st.sampled_from([usual] * 6 + [*others]).flatmap(lambda one: one)


def _head(draw: st.DrawFn, sections: dict[str, list[Any]], scope: str) -> Json:
    head: Json = {
        "format": "erp-export/1",
        "connection": CONNECTION,
        "export_id": "drawn",
        "exported_at": draw(
            st.sampled_from(
                ["2026-11-23T02:00:00+01:00"] * 8 + ["2026-09-01T00:00:00Z", "2027-01-01T00:00:00Z"]
            )
        ),
        "scope": scope,
        "anzahl": draw(_anzahl(sections)),
    }
    if scope == "full":
        head["mandanten"] = draw(st.sampled_from([LISTED] * 6 + [["0001"], [], 7]))
    return head


@st.composite
def _anzahl(draw: st.DrawFn, sections: dict[str, list[Any]]) -> Any:
    right = {name: len(records) for name, records in sections.items()}
    return draw(st.sampled_from([None, None, None, right, right, {"mieter": 99}, "viele"]))


def _deletions(draw: st.DrawFn) -> list[Any]:
    key = st.fixed_dictionaries({"mandant": MANDANTEN, "nummer": NUMBERS})
    return draw(st.lists(_mostly(key, VALUES), max_size=4))


def _json(draw: st.DrawFn, sections: dict[str, list[Any]], scope: str) -> dict[str, bytes]:
    head = _head(draw, sections, scope) | {"geloescht": {"mieter": _deletions(draw)}}
    content = json.dumps(head | sections).encode()
    return {"export-of-today.json": packed(content, draw(st.sampled_from(["", "gzip", "zip"])))}


def _ndjson(draw: st.DrawFn, sections: dict[str, list[Any]], scope: str) -> dict[str, bytes]:
    objects = {name: [one for one in records if isinstance(one, dict)] for name, records in sections.items()}
    deleted = [{**one, "geloescht": "ja"} for one in _deletions(draw) if isinstance(one, dict)]
    doubtful = draw(st.sampled_from([[], [{**TENANT, "geloescht": "vielleicht"}]]))
    objects["mieter"] += [*deleted, *doubtful]
    records = [{"typ": TYPES[name], **one} for name, there in objects.items() for one in there]
    lines = "\n".join(map(json.dumps, [_head(draw, objects, scope), *records]))
    return {"lines.ndjson": lines.encode() + draw(st.sampled_from([b"", b"\n{oops", b'\n{"typ": "haus"}']))}


def _side(draw: st.DrawFn, sections: dict[str, list[Any]], scope: str) -> Json:
    side: Json = {"anzahl": draw(_anzahl(sections))}
    if scope == "full" and draw(st.booleans()):
        side["mandanten"] = LISTED
    return side


def _zip(draw: st.DrawFn, sections: dict[str, list[Any]], scope: str) -> dict[str, bytes]:
    return {"tables.zip": as_zip_of_csv(sections, side=_side(draw, sections, scope))}


def _folder(draw: st.DrawFn, sections: dict[str, list[Any]], scope: str) -> dict[str, bytes]:
    files = {f"{name}.csv": as_csv(name, records) for name, records in sections.items()}
    side = _side(draw, sections, scope) | {"dateien": list(files)}
    return {"export.json": json.dumps(side).encode()} | files


def _table(draw: st.DrawFn, sections: dict[str, list[Any]], scope: str) -> dict[str, bytes]:
    table = as_csv("mieter", sections["mieter"])
    more = draw(st.sampled_from([b"", b"0001;7;zu;kurz\r\n", b"Summe;3;;;;\r\n", b"mandant;nummer;;;;\r\n"]))
    return {"mieter.csv": table + more}


def _workbook(draw: st.DrawFn, sections: dict[str, list[Any]], scope: str) -> dict[str, bytes]:
    return {"book.xlsx": as_xlsx(sections)}
