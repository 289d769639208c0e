"""Uploads for tests of exports in several objects."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from kiwi_extract.inbox.place import Place
from kiwi_sync.state.table import Item

from tests.unit.extract.aws import BUCKET, Cloud
from tests.unit.extract.exports import CONNECTION, lease, tenant, unit
from tests.unit.extract.test_stage import Desk
from tests.written import as_csv


def todays_desk(stack: Cloud) -> Desk:
    """A desk with this machine's clock: moto's times follow it, too."""
    made = Desk(stack)
    made.rig.clock.now = datetime.now(UTC) + timedelta(minutes=5)
    return made


def notice(key: str, version: str) -> dict[str, Any]:
    place = {"bucket": {"name": BUCKET}, "object": {"key": key, "versionId": version}}
    return {"Records": [{"eventSource": "aws:s3", "s3": place}]}


def upload(stack: Cloud, desk: Desk, key: str, content: bytes) -> dict[str, Any]:
    """Upload an object and bring its notification in; the notification."""
    message = notice(key, stack.upload(key, content))
    desk.handle(message)
    return message


def work_on(desk: Desk) -> int:
    """Handle everything sent to the export queue. Returns the number of messages."""
    sent = desk.sent()
    for message, _ in sent:
        desk.handle(message)
    return len(sent)


def runs(desk: Desk) -> dict[str, Item]:
    return desk.rig.table.items.get(f"%run#{CONNECTION}", {})


def csvs() -> dict[str, bytes]:
    return {
        "einheiten.csv": as_csv("verwaltungseinheiten", [unit("0001")], "cp1252"),
        "mieter.csv": as_csv("mieter", [tenant("4711", nachname="Müller")], "cp1252"),
        "vertraege.csv": as_csv("mietvertraege", [lease("L1")], "cp1252"),
    }


SIDE = json.dumps({"mandanten": ["0001"], "dateien": list(csvs()), "anzahl": {"mieter": 1}}).encode()


def lay(stack: Cloud, key: str, content: bytes, hours: float) -> None:
    """Let an object lie in the bucket as if it had been uploaded so many hours before now."""
    uploaded = datetime.now(UTC) - timedelta(hours=hours)
    version = stack.upload(key, content)
    place = Place(key=key, modified=uploaded, version=version).metadata()
    stack.s3.put_object(Bucket=BUCKET, Key=key, Body=content, Metadata=place)
