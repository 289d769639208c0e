"""A plan as a document (format `kiwi-plan/1`): made, written, and asked for again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from kiwi_sync.times import stamp

from kiwi_extract.bookkeeping.tally import Tally
from kiwi_extract.plan.line import Planned
from kiwi_extract.plan.plan_file import PlanFile
from kiwi_extract.plan.planner import PlanFindings, Planner
from kiwi_extract.plan.survey import Survey
from kiwi_extract.records.listing import SHOWN, listed

FORMAT = "kiwi-plan/1"


@dataclass(frozen=True)
class PlanTotals:
    """The totals of a plan."""

    tally: Tally
    counts: Mapping[str, int]
    """Lines by what would become of them."""
    fingerprint: str


def make_plan(
    survey: Survey,
    read: Mapping[str, int],
    out: IO[bytes],
    *,
    export: Mapping[str, Any],
    settings: Mapping[str, Any] | None = None,
    values: bool = False,
) -> PlanTotals:
    """Plan an export that was admitted, and write the plan.

    `export`: where it lies. `settings`: those that the connection does not have, but that the plan supposes.
    `values`: whether fields are written with what stands in them, which is personal data.

    Raises:
        DeadlineReachedError: there is no time left.
    """
    with PlanFile(values=values) as file:
        held_before = survey.is_connection_busy
        findings = Planner(survey, file).plan()
        # An export may have ended while it was planned, or begun.
        findings.connection_busy = held_before or survey.is_connection_busy
        rows = file.counts()
        head = _head(survey, findings, read, settings) | {
            "export": dict(export),
            "counts": _counts(rows),
            "reasons": _reasons(rows),
            "undecided": file.undecided(),
        }
        _write(out, head, file)
    totals = dict.fromkeys(Planned, 0)
    for _, _, action, _, count in rows:
        totals[Planned(action)] += count
    return PlanTotals(
        findings.tally, {action.value: count for action, count in totals.items()}, findings.fingerprint
    )


def _head(
    survey: Survey, findings: PlanFindings, read: Mapping[str, int], settings: Mapping[str, Any] | None
) -> dict[str, Any]:
    envelope, spool = survey.envelope, survey.spool
    return {
        "format": FORMAT,
        "connection": survey.connection.id,
        "export_id": envelope.export_id,
        "exported_at": stamp(envelope.exported_at),
        "scope": envelope.scope,
        "planned_at": stamp(survey.deadline.clock()),
        "settings": {"version": survey.connection.version, "supposed": dict(settings or {})},
        "state": {
            "fingerprint": findings.fingerprint,
            "owed": findings.owed,
            "parked": findings.parked,
            "busy": findings.connection_busy,
        },
        "read": dict(read),
        "rows": vars(findings.tally),
        "rejected": {"count": spool.rejected_count(), "records": json.loads(listed(spool.rejected(SHOWN)))},
        "holds": [
            {"mandant": mandant, **vars(losses.count)} for mandant, losses in sorted(survey.held.items())
        ],
    }


_Rows = list[tuple[str, str, str, str | None, int]]


def _counts(rows: _Rows) -> list[dict[str, Any]]:
    """By Mandant and kind how many there are of each action."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for mandant, kind, action, _, count in rows:
        of_kind = counts.setdefault((mandant, kind), dict.fromkeys(map(str, Planned), 0))
        of_kind[action] += count
    return [{"mandant": mandant, "kind": kind, **of_kind} for (mandant, kind), of_kind in counts.items()]


def _reasons(rows: _Rows) -> list[dict[str, Any]]:
    return [
        {"mandant": mandant, "kind": kind, "action": action, "reason": reason, "count": count}
        for mandant, kind, action, reason, count in rows
        if reason is not None and action != Planned.NOTHING
    ]


def _write(out: IO[bytes], head: Mapping[str, Any], file: PlanFile) -> None:
    """The lines last and one by one: there may be a million."""
    out.write(json.dumps(head, ensure_ascii=False)[:-1].encode())
    out.write(b', "lines": [')
    for place, line in enumerate(file.lines()):
        out.write(f"{',' if place else ''}\n{line}".encode())
    out.write(b"\n]}\n")
