"""An export that comes through the bucket and takes extract several invocations."""

import json
from datetime import datetime, timedelta

import pytest
from kiwi_sync.times import now

from tests.stack.building import estate, export
from tests.stack.running import PATIENCE, Running

LOOK = timedelta(seconds=6)
UNITS = 50


class SlowClock:
    """A clock for which every look at it takes some seconds: the time of an invocation is soon over."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        self.ahead += LOOK
        return now() + self.ahead


def drop(run: Running, document: dict[str, object]) -> None:
    """Put an export into the bucket, as an ERP does with large ones."""
    assert len(run.stack.drop_large("exports/large.json", json.dumps(document).encode())) == 1


def test_it_is_handed_back_and_arrives_field_by_field(run: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    document = export(1, **estate(UNITS))
    drop(run, document)
    monkeypatch.setattr("kiwi_extract.handler.now", SlowClock())
    assert run.stack.serve(["extract"], PATIENCE)
    assert run.stack.messages["extract"] > 2, "it came once, and was handed back more than once"
    assert run.status("test-001") == "done"
    assert run.kiwi_writes() == 0
    monkeypatch.undo()
    run.bring()
    run.assert_right([document])
    there = {kind: len(objects) for kind, objects in run.kiwi.content().items()}
    assert there == {"rental_unit": UNITS, "tenant": 2 * UNITS - 10, "rental_agreement": 2 * UNITS - 10}
