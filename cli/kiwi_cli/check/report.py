"""The report of a check: what the tables, the JSON and the page say, as one value."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Annotated

from kiwi_sync.erp.envelope import SECTIONS
from pydantic import AfterValidator, BaseModel, ConfigDict

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.files import NO_ID
from kiwi_cli.check.findings import Example, Finding
from kiwi_cli.check.foresee import ForeseenCounts
from kiwi_cli.check.inspection import Inspection
from kiwi_cli.check.masking import masked
from kiwi_cli.check.seen import Subject
from kiwi_cli.pages import Text
from kiwi_cli.texts import Severity

_REFUSALS = frozenset({Defect.EXPORT_REFUSED, Defect.CONNECTION_DIFFERS})


def _written(text: str) -> str:
    """A text of the export as it can be written: JSON may hold halves of characters, a file cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


_Told = Annotated[str, AfterValidator(_written)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Where(_Part):
    """One record at which something was found. `value` only where values were asked for."""

    file: str
    """And the sheet, or the file in an archive."""
    line: int | None
    place: str | None
    key: str
    field: _Told
    value_class: Text | None
    value: _Told | None
    others: list[str]
    others_left_out: int
    detail: Text | None


class Found(_Part):
    """A defect: how grave, how often, where at first, and how to mend it."""

    code: str
    severity: Severity
    title: Text
    remedy: Text
    count: int
    examples: list[Where]


class Foreseen(_Part):
    """The outcome for one Mandant's records of one kind."""

    mandant: str
    section: str
    read: int
    rejected: dict[str, int]
    deleted: int
    to_kiwi: int
    skipped: dict[str, int]
    notices: dict[str, int]


class UnreadableFile(_Part):
    """A file that is no export, and why."""

    file: str
    reason: str
    detail: str


class Report(_Part):
    """All that a check says."""

    files: list[str]
    connection: str
    export_id: _Told | None
    scope: _Told | None
    separator: str
    mandanten: list[str] | None
    """The selected ones; None: all that are there."""
    unreadable: list[UnreadableFile]
    outcome: list[Foreseen]
    findings: list[Found]
    exit_code: int

    @property
    def is_refused(self) -> bool:
        """Whether the export would be refused as a whole."""
        return bool(self.unreadable) or any(found.code in _REFUSALS for found in self.findings)

    @property
    def brings_nothing(self) -> bool:
        """Whether nothing would come of the export as it is: it would be refused, or wait for its parts."""
        return self.is_refused or any(found.code == Defect.PARTS_MISSING for found in self.findings)

    @property
    def is_of_several_files(self) -> bool:
        """Whether it has to be said in which file, or in which part of it, something stands."""
        return len({where.file for found in self.findings for where in found.examples} | {*self.files}) > 1

    def count(self, severity: Severity) -> int:
        """How often something of this severity was found."""
        return sum(finding.count for finding in self.findings if finding.severity is severity)

    def reasons(self, section: str | None = None) -> Counter[str]:
        """Why what is left out is left out: skipped and rejected, of one list or of all."""
        reasons: Counter[str] = Counter()
        for row in self.outcome:
            if section in {None, row.section}:
                reasons.update(row.skipped)
                reasons.update(row.rejected)
        return reasons


READ, FOUND, NOT_READABLE = 0, 1, 3


def report_of(inspection: Inspection, files: Sequence[str]) -> Report:
    """The report of a look at an export."""
    settings, envelope = inspection.settings, inspection.envelope
    key_of = str if inspection.findings.show_values else masked
    findings = [_found(finding, key_of) for finding in inspection.findings.sorted()]
    export_id, scope = envelope.get("export_id"), envelope.get("scope")
    return Report(
        files=list(files),
        connection=settings.connection,
        export_id=export_id if isinstance(export_id, str) and export_id != NO_ID else None,
        scope=scope if isinstance(scope, str) else None,
        separator=settings.separator,
        mandanten=None if settings.mandanten is None else sorted(settings.mandanten),
        unreadable=[
            UnreadableFile(file=file, reason=error.reason, detail=error.detail)
            for file, error in inspection.unreadable
        ],
        outcome=[
            _foreseen(key_of(mandant), section, tally)
            for (mandant, section), tally in sorted(inspection.records.tallies.items(), key=_in_order)
        ],
        findings=findings,
        exit_code=_exit_code(findings, unreadable=bool(inspection.unreadable)),
    )


def _exit_code(findings: Sequence[Found], *, unreadable: bool) -> int:
    if unreadable:
        return NOT_READABLE
    return FOUND if any(finding.severity is not Severity.NOTE for finding in findings) else READ


def _in_order(row: tuple[tuple[str, str], ForeseenCounts]) -> tuple[str, int]:
    (mandant, section), _tally = row
    return mandant, list(SECTIONS).index(section)


def _foreseen(mandant: str, section: str, tally: ForeseenCounts) -> Foreseen:
    return Foreseen(mandant=mandant, section=section, **vars(tally))


def _found(finding: Finding, key_of: Callable[[str], str]) -> Found:
    texts = finding.texts
    return Found(
        code=finding.code,
        severity=texts.severity,
        title=texts.title,
        remedy=texts.remedy,
        count=finding.count,
        examples=[_where(example, key_of) for example in finding.examples],
    )


def _place(subject: Subject) -> str:
    within = "geloescht." if subject.deleted else ""
    return f"{within}{subject.section}[{subject.place}]"


def _where(example: Example, key_of: Callable[[str], str]) -> Where:
    subject = example.subject
    return Where(
        file=subject.file,
        line=subject.line,
        place=_place(subject) if subject.section and subject.line is None else None,
        key=key_of(subject.key),
        field=example.field,
        value_class=example.value_class,
        value=example.value,
        others=[key_of(other) for other in example.others],
        others_left_out=example.left_out,
        detail=example.detail,
    )
