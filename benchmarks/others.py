"""The other contenders: the floor, dlt and singer-sdk.

Only `dlt_merged` compares with a state. The others stop once they have the records in the form in which they
would load them, which is to their advantage.
"""

import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import orjson

from benchmarks.data import TYPES

Found = dict[str, int]
WORKERS = "4"
PAGE = 5000
SECTION = {typ: section for section, typ in TYPES.items()}


def lines(folder: Path) -> Iterator[Any]:
    """The records of the NDJSON export, parsed by orjson."""
    with (folder / "export.ndjson").open("rb") as stream:
        next(stream)
        yield from map(orjson.loads, stream)


def floor_ndjson(folder: Path) -> Found:
    """The floor: orjson parses every line, and nothing else happens."""
    return {"records": sum(1 for _ in lines(folder))}


def floor_state(folder: Path) -> Found:
    """orjson parses every line and the pages of the state, which any comparison has to read."""
    with (folder / "pages.bin").open("rb") as pages:
        for places in orjson.loads((folder / "pages.json").read_bytes()).values():
            for place, length in places:
                pages.seek(place)
                orjson.loads(pages.read(length))
    return floor_ndjson(folder)


def floor_json(folder: Path) -> Found:
    """orjson parses the whole document at once: memory grows with it."""
    document = orjson.loads((folder / "export.json").read_bytes())
    return {"records": sum(len(document[section]) for section in SECTION.values())}


def dlt_rows(folder: Path) -> Found:
    """dlt, row by row, as its tutorial has it."""
    return _dlt(folder, lines(folder))


def dlt_merged(folder: Path) -> Found:
    """dlt, row by row, to the same end as extract: the records that differ from the last run.

    That is its strategy `scd2`, here in duckdb: it keeps past and present rows by their hashes.
    """
    _merge(folder)
    return {"records": sum(1 for _ in lines(folder))}


def dlt_merged_before(folder: Path) -> None:
    """The last run, which is not measured."""
    _merge(folder)


def _merge(folder: Path) -> None:
    import dlt

    resource = dlt.resource(
        lines(folder),
        name="export",
        table_name=lambda row: str(row["typ"]),
        columns={"firma": {"data_type": "text"}},
        write_disposition={"disposition": "merge", "strategy": "scd2"},
    )
    pipeline = dlt.pipeline(
        "merged",
        pipelines_dir=str(folder / "dlt"),
        destination=dlt.destinations.duckdb(str(folder / "compared.duckdb")),
        dataset_name="merged",
    )
    pipeline.run(resource)


def dlt_tuned(folder: Path) -> Found:
    """dlt with pages of 5,000 rows and four workers, as its performance guide advises."""
    os.environ["DATA_WRITER__BUFFER_MAX_ITEMS"] = str(PAGE)
    os.environ["EXTRACT__WORKERS"] = WORKERS
    os.environ["NORMALIZE__WORKERS"] = WORKERS
    # Without files to share out, normalize has work for one worker only.
    os.environ["EXTRACT__DATA_WRITER__FILE_MAX_ITEMS"] = str(PAGE * 5)
    return _dlt(folder, _paged(lines(folder)))


def dlt_arrow(folder: Path) -> Found:
    """dlt with tables of Arrow, read by Arrow: its fastest way."""
    import pyarrow
    from pyarrow import csv

    options = csv.ParseOptions(delimiter=";")
    convert = csv.ConvertOptions(decimal_point=",", default_column_type=pyarrow.string())

    def tables(section: str) -> Iterator[Any]:
        with csv.open_csv(
            folder / f"{section}.csv", parse_options=options, convert_options=convert
        ) as batches:
            for batch in batches:
                yield pyarrow.Table.from_batches([batch])

    import dlt

    resources = [dlt.resource(tables(section), name=section) for section in SECTION.values()]
    return _run(folder, resources)


def _paged(rows: Iterable[Any]) -> Iterator[list[Any]]:
    page: list[Any] = []
    for row in rows:
        page.append(row)
        if len(page) == PAGE:
            yield page
            page = []
    yield page


def _dlt(folder: Path, rows: Iterable[Any]) -> Found:
    import dlt

    table = {typ: typ for typ in SECTION}
    # `firma` is null everywhere, which dlt would warn of.
    named = {"name": "export", "table_name": lambda row: table[row["typ"]]}
    resource = dlt.resource(rows, columns={"firma": {"data_type": "text"}}, **named)
    return _run(folder, [resource])


def _run(folder: Path, resources: Sequence[Any]) -> Found:
    """Extract and normalize, without loading."""
    import dlt

    pipeline = dlt.pipeline(
        "benchmark",
        pipelines_dir=str(folder / "dlt"),
        destination=dlt.destinations.filesystem(str(folder / "dlt-out")),
        dataset_name="benchmark",
        dev_mode=True,
    )
    pipeline.extract(resources)
    info = pipeline.normalize()
    counts = info.row_counts
    return {"records": sum(count for name, count in counts.items() if name in {*SECTION, *SECTION.values()})}


def singer(folder: Path) -> Found:
    """A tap and a target of singer-sdk, one after the other in one process; the target does nothing."""
    from singer_sdk import Stream, Tap, Target
    from singer_sdk import typing as th
    from singer_sdk.sinks import BatchSink

    text, texts = th.StringType, th.ArrayType(th.StringType)
    unit = th.ObjectType(th.Property("wirtschaftseinheit", text), th.Property("nummer", text))
    types: dict[str, Any] = {
        "latitude": th.NumberType,
        "longitude": th.NumberType,
        "verwaltungseinheit": unit,
        "mieter": texts,
    }
    fields = {
        "verwaltungseinheit": "mandant wirtschaftseinheit nummer bezeichnung strasse hausnummer plz ort"
        " bundesland land latitude longitude",
        "mieter": "mandant nummer vorname nachname firma email",
        "mietvertrag": "mandant nummer verwaltungseinheit mieter beginn ende",
    }

    class Section(Stream):
        def __init__(self, tap: Tap, typ: str) -> None:
            properties = [th.Property(name, types.get(name, text)) for name in fields[typ].split()]
            super().__init__(tap, schema=th.PropertiesList(*properties).to_dict(), name=typ)

        def get_records(self, context: Any) -> Iterator[Any]:  # noqa: ARG002 - singer-sdk's own signature
            return (row for row in lines(folder) if row.pop("typ") == self.name)

    class Exports(Tap):
        name = "tap-export"
        config_jsonschema = th.PropertiesList().to_dict()

        def discover_streams(self) -> list[Stream]:
            return [Section(self, typ) for typ in SECTION]

    found = {"records": 0}

    class Nothing(BatchSink):
        max_size = PAGE

        def process_batch(self, context: Any) -> None:
            found["records"] += len(context["records"])

    class Nowhere(Target):
        name = "target-nowhere"
        config_jsonschema = th.PropertiesList().to_dict()
        default_sink_class = Nothing

    between = folder / "singer.jsonl"
    with between.open("w", encoding="utf-8") as messages, redirect_stdout(messages):
        _through_buffer(messages)
        Exports(config={}).sync_all()
        messages.flush()
    with between.open(encoding="utf-8") as messages:
        Nowhere(config={}).listen(messages)
    return found


def _through_buffer(messages: io.TextIOWrapper) -> None:
    """Let stdout's text through its buffer: singer-sdk writes bytes to the buffer below it."""
    assert sys.stdout is messages
    assert messages.buffer is not None
