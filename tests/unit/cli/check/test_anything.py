"""Whatever stands in an export: it is told of, and nothing breaks."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from kiwi_cli.check.check_page import page_of
from kiwi_cli.pages import render

from tests.extent import extent
from tests.unit.cli.check.looking import LEASE, NOW, TENANT, UNIT, Json, export, look

ODD_TEXTS = st.sampled_from([
    "", " ", "-", "?", "\ufffd", "Ã¼", "a@b", "keine@x.de", "@", ";", "0", "1,23E+05", "#NV", "9999-12-31",
    "1-2", "\u200b", "x" * 65, "[red]", "<b>", "00.00.0000", "Frau", "1/2", "\ud800", "a@x.de;b@y.de", "A 1",
])  # fmt: skip
HEAD = ["mandanten", "anzahl", "exported_at", "export_id", "connection"]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(-1e6, 1e6)
    | ODD_TEXTS
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


def _records(clean: Json) -> st.SearchStrategy[list[Any]]:
    spoilt = st.dictionaries(st.sampled_from([*clean, "unknown", "e_mail"]), VALUES, max_size=4)
    return st.lists(VALUES | spoilt.map(lambda fields: {**clean, **fields}), max_size=6)


@settings(max_examples=extent(20, 60))
@given(
    _records(UNIT),
    _records(TENANT),
    _records(LEASE),
    st.sampled_from(["full", "delta"]),
    st.dictionaries(st.sampled_from(HEAD), VALUES, max_size=2),
    st.sampled_from([None, ["0001"], ["0001", "1"]]),
    st.sampled_from(["-", "/", "|"]),
)
def test_everything_is_told_and_nothing_breaks(
    units: list[Any],
    tenants: list[Any],
    leases: list[Any],
    scope: str,
    head: Json,
    mandanten: list[str] | None,
    separator: str,
) -> None:
    document = export(units, tenants, leases, scope=scope, geloescht={"mieter": tenants}) | head
    content = json.dumps(document).encode()
    report = look(content, mandanten=mandanten, separator=separator, show_values=True)
    assert report.exit_code in {0, 1, 3}
    assert render(page_of(report, NOW, "", with_values=True))
    assert report.model_dump_json()
    for row in report.outcome:
        accounted = row.to_kiwi + sum(row.skipped.values()) + sum(row.rejected.values())
        if row.section != "mietvertraege" and scope == "full":
            assert row.read == accounted
