"""A dry run: an export goes the whole way up to the point of writing, and leaves a plan. And the plan's test:
what carries a plan out has to find everything as the plan did."""

import json
from collections.abc import Mapping
from tempfile import TemporaryFile
from typing import Any

from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.bookkeeping import runs
from kiwi_extract.bookkeeping.deadline import DeadlineReachedError
from kiwi_extract.brake.brake import Shelf
from kiwi_extract.plan.book import Book
from kiwi_extract.plan.making import make_plan
from kiwi_extract.plan.planner import Planner
from kiwi_extract.plan.survey import Survey
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.records.listing import SHOWN

_OUTDATED = "rows, settings or the export itself are not as they were planned with; plan again"
_TOO_LARGE = "planning takes longer than an invocation may; plan it with kiwi-sync plan"


def dry_run(survey: Survey, read: Mapping[str, int], shelf: Shelf) -> runs.Status:
    """Plan an export, keep the plan on the shelf, and say on a run's row where. Nothing else is written.

    Raises:
        RejectedExportError: there is no time to make the plan.
    """
    envelope, began = survey.envelope, survey.deadline.clock()
    name = f"{survey.connection.id}/{envelope.export_id}"
    with TemporaryFile() as out:
        try:
            made = make_plan(survey, read, out, export=_pointer(shelf.keep_export(name)))
        except DeadlineReachedError:
            raise RejectedExportError(RejectedExport.PLAN_TOO_LARGE, _TOO_LARGE) from None
        out.seek(0)
        kept = shelf.keep_plan(name, out)
    run = runs.Run(
        survey.connection.id,
        envelope.export_id,
        envelope.version,
        survey.connection.version,
        tally=made.tally,
    )
    counts = {"read": dict(read), "rejected": survey.spool.rejected_count(), "lines": made.counts}
    rejected = survey.spool.rejected(SHOWN)
    return runs.note_plan(survey.table, run, counts, rejected, kept, began, survey.deadline.clock())


def _pointer(message: str | None) -> dict[str, Any]:
    return {} if message is None else {"pointer": json.loads(message)}


def check_plan(survey: Survey, plan: str) -> None:
    """Refuse an export that is to carry out a plan, unless all is as it was planned with. Under the lease.

    Raises:
        RejectedExportError: it is not, or there is no time to find out.
    """
    envelope = survey.envelope
    terms = runs.Terms(survey.connection.version, survey.is_approved, plan, survey.mapping)
    if runs.writes_already(survey.table, survey.connection.id, envelope.export_id, envelope.version, terms):
        return
    try:
        found = survey.compared() if envelope.is_full else _planned(survey)
    except DeadlineReachedError:
        raise RejectedExportError(RejectedExport.PLAN_TOO_LARGE, _TOO_LARGE) from None
    if found != plan:
        raise RejectedExportError(RejectedExport.PLAN_OUTDATED, _OUTDATED)


def _planned(survey: Survey) -> str:
    """The fingerprint of the plan that the export would have now."""
    with Book() as book:
        return Planner(survey, book).plan().fingerprint
