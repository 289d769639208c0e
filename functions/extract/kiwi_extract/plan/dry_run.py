"""Plans an export in place of working it, and checks that a plan still holds when it is carried out."""

import json
from collections.abc import Mapping
from dataclasses import replace
from tempfile import TemporaryFile
from typing import Any

from kiwi_sync.rules.reasons import RejectedExport
from kiwi_sync.state.table import Table

from kiwi_extract.bookkeeping import runs
from kiwi_extract.bookkeeping.deadline import DeadlineReachedError
from kiwi_extract.brake.brake import Verdict
from kiwi_extract.brake.held_losses import KeptDocuments
from kiwi_extract.plan.make_plan import make_plan
from kiwi_extract.plan.plan_file import PlanFile
from kiwi_extract.plan.planner import Planner
from kiwi_extract.plan.survey import Survey
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.records.listing import SHOWN

_OUTDATED = "rows, settings or the export itself are not as they were planned with; plan again"
_TOO_LARGE = "planning takes longer than an invocation may; plan it with kiwi-sync plan"


def dry_run(survey: Survey, read: Mapping[str, int], documents: KeptDocuments, table: Table) -> runs.Status:
    """Plan an export, keep the plan, and say on a run's row where. Nothing else is written.

    Raises:
        RejectedExportError: there is no time to make the plan.
    """
    envelope, began = survey.envelope, survey.deadline.clock()
    name = f"{survey.connection.id}/{envelope.export_id}"
    with TemporaryFile() as out:
        try:
            totals = make_plan(survey, read, out, export=_pointer(documents.keep_export(name)))
        except DeadlineReachedError:
            raise RejectedExportError(RejectedExport.PLAN_TOO_LARGE, _TOO_LARGE) from None
        out.seek(0)
        kept = documents.keep_plan(name, out)
    counts = {"read": dict(read), "rejected": survey.spool.rejected_count(), "lines": totals.counts}
    rejected = survey.spool.rejected(SHOWN)
    run = replace(survey.run, tally=totals.tally)
    return runs.note_plan(table, run, counts, rejected, kept, began, survey.deadline.clock())


def _pointer(message: str | None) -> dict[str, Any]:
    return {} if message is None else {"pointer": json.loads(message)}


def check_plan(survey: Survey) -> list[Verdict]:
    """Refuse an export that is to carry out a plan, unless all is as it was planned with.

    The connection's lock is held. The verdicts on the losses, for the run.

    Raises:
        RejectedExportError: something differs, or there is no time to find out.
    """
    try:
        found = survey.compare_all() if survey.envelope.is_full else _planned(survey)
    except DeadlineReachedError:
        raise RejectedExportError(RejectedExport.PLAN_TOO_LARGE, _TOO_LARGE) from None
    if found != survey.run.terms.plan:
        raise RejectedExportError(RejectedExport.PLAN_OUTDATED, _OUTDATED)
    return survey.verdicts


def _planned(survey: Survey) -> str:
    """The fingerprint of the plan that the export would have now."""
    with PlanFile() as file:
        return Planner(survey, file).plan().fingerprint
