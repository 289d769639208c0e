"""Reports on a local run as one JSON document."""

import json
from collections.abc import Mapping
from typing import Any

from kiwi_sandbox.ledger import Message
from kiwi_sandbox.stack import LocalStack
from kiwi_sandbox.table_content import Item, TableContent, connection_of
from kiwi_sandbox.traffic import KINDS, Traffic
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.rules.reasons import HoldStatus, Notice, Problem
from kiwi_sync.state.holds import holds

from kiwi_cli.deployed.holds import shown
from kiwi_cli.texts import meaning

Report = dict[str, Any]
Entry = dict[str, Any]

_KINDS = {
    RowKind.VERWALTUNGSEINHEIT: "rental_unit",
    RowKind.MIETER: "tenant",
    RowKind.RENTAL_AGREEMENT: "rental_agreement",
}
_OF_DOORS = {Notice.DOORS_REMOVED, Notice.DOORS_NOT_RESTORED}
_READ = ("verwaltungseinheiten", "mieter", "mietvertraege")


def build_report(
    stack: LocalStack, files: Mapping[str, str], separators: dict[str, str], *, drained: bool
) -> Report:
    """The report on a run.

    `files`: the files of the exports in order, by export id and, as far as none could be read of them, by
    the id of the message that brought them. `separators`: by connection.
    """
    outcome = stack.outcome()
    rows = [Entity(item, separators) for item in sorted(outcome.entities, key=_place)]
    return {
        "exports": _exports(outcome, files),
        "holds": [shown(hold) for connection in separators for hold in holds(stack.aws.state, connection)],
        "kiwi": _kiwi(stack.traffic),
        "skipped": [row.entry(reason=row.skip) for row in rows if row.skip],
        "notices": [row.entry(reason=code, doors=row.doors(code)) for row in rows for code in row.notices],
        "problems": [
            *_paused(outcome, separators),
            *(row.entry(code=row.problem, message=row.problem_text) for row in rows if row.problem),
            *_dead_letters(stack),
        ],
        "state_writes": stack.aws.meter.state_writes,
        "messages": {stage: stack.messages[stage] for stage in ("transform", "load")},
        "drained": drained,
    }


def exit_code(report: Report) -> int:
    """0: drained, no problems; 1: problems, or an export refused as a whole or held; 3: not drained.

    Rows that wait for a log-in that KIWI refuses cannot move, so such a run is drained, and has a problem.
    """
    if not report["drained"]:
        return 3
    rejected = any(export["status"] == "rejected" for export in report["exports"])
    held = any(hold["status"] == HoldStatus.STANDING for hold in report["holds"])
    return 1 if report["problems"] or rejected or held else 0


class Entity:
    """The row of a unit, tenant or agreement, in KIWI's terms."""

    def __init__(self, item: Item, separators: dict[str, str]) -> None:
        self._item = item
        self._key = RowKey.of_row(str(item["pk"]), str(item["sk"]))
        self._separator = separators.get(connection_of(item), "-")

    @property
    def kind(self) -> str | None:
        """KIWI's kind; a lease as such has none, only its agreements have."""
        return _KINDS.get(self._key.kind)

    @property
    def problem(self) -> str:
        """The code of what a person has to look at, or nothing."""
        return str(self._item.get("problem") or "")

    @property
    def problem_text(self) -> str:
        """KIWI's own words, or nothing."""
        return str(self._item.get("problem_text") or "")

    @property
    def skip(self) -> str:
        """Why it is not in KIWI as the ERP has it, though nobody has to look at it; or nothing."""
        if self.problem or self.kind is None:
            return ""
        reason = str(self._item.get("reason") or "")
        return reason if reason not in {"", "gone"} else str(self._item.get("outcome") or "")

    @property
    def notices(self) -> list[str]:
        """The codes of what is missing of it in KIWI, and of what was noticed there, perhaps as it went."""
        missing = self._item.get("notice") if self._item.get("kiwi_id") else None
        return [*([str(missing)] if missing else []), *sorted(map(str, self._item.get("noticed") or ()))]

    def doors(self, code: str) -> list[Entry]:
        """The doors that a notice is about: those that the row remembers of a unit."""
        points = json.loads(self._item.get("doors") or "[]") if code in _OF_DOORS else []
        return [{"id": point["id"], "name": point["name"]} for point in points]

    def entry(self, **more: Any) -> Entry:
        """The entity as an entry of the report."""
        plain_join = self._separator.join((self._key.mandant, *self._key.numbers))
        external_id = str(self._item.get("external_id") or plain_join)
        return {"kind": self.kind or str(self._key.kind), "external_id": external_id, **more}


def _place(item: Item) -> tuple[str, str, str]:
    connection, mandant, kind, _shard = str(item["pk"]).split("#")
    return (f"{connection}#{mandant}", kind, str(item["sk"]))


def _exports(outcome: TableContent, files: Mapping[str, str]) -> list[Entry]:
    order = {name: place for place, name in enumerate(files)}
    runs = sorted(outcome.runs, key=lambda run: order.get(str(run["sk"]), len(order)))
    return [_export(run, files.get(str(run["sk"]), "")) for run in runs]


def _export(run: Item, file: str) -> Entry:
    counts = json.loads(run.get("counts") or "{}")
    return {
        "export_id": str(run["sk"]),
        "file": file,
        "status": str(run.get("status", "working")),
        "reason": str(run.get("reason") or ""),
        "detail": str(run.get("detail") or ""),
        "read": {kind: counts.get("read", {}).get(kind, 0) for kind in _READ},
        "rejected": json.loads(run.get("rejected") or "[]"),
        **{name: counts.get(name, 0) for name in ("unchanged", "changed", "gone")},
    }


def _kiwi(traffic: Traffic) -> Entry:
    return {
        "created": {kind: traffic.created[kind] for kind in KINDS},
        "updated": {kind: traffic.updated[kind] for kind in KINDS},
        "deleted": {kind: traffic.deleted[kind] for kind in KINDS},
        "requests": dict(sorted(traffic.requests.items())),
    }


def _paused(outcome: TableContent, separators: dict[str, str]) -> list[Entry]:
    connections = sorted(outcome.paused() & separators.keys())
    codes = {
        name: Problem(outcome.connections[name].get("paused_why", Problem.LOGIN_REFUSED))
        for name in connections
    }
    return [
        {"kind": "connection", "external_id": name, "code": code, "message": meaning(code).en}
        for name, code in codes.items()
    ]


def _subject(message: Message) -> str:
    """The keys that a message between the stages carries; of an export, which is not to be shown, its id."""
    try:
        body = json.loads(message.body)
    except ValueError:
        body = None
    keys = (body.get("keys") or [body.get("key")]) if isinstance(body, dict) else []
    return ", ".join(key for key in keys if isinstance(key, str)) or message.id


def _dead_letters(stack: LocalStack) -> list[Entry]:
    return [
        {
            "kind": "message",
            "external_id": _subject(message),
            "code": "dead_letter",
            "message": f"failed {message.receives} times on {queue} and went to its dead-letter queue",
        }
        for queue, message in stack.dead_letters()
    ]
