"""Goes through the files of an export, and then looks at the whole."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kiwi_extract.admission import admit
from kiwi_extract.document import RejectedExportError
from kiwi_extract.formats.origin import Export
from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_local.check.defects import export, rejected
from kiwi_local.check.finders.houses import houses
from kiwi_local.check.finders.numbers import mandant_zeros, separators
from kiwi_local.check.finders.overlaps import overlaps
from kiwi_local.check.finders.references import references, tenancies
from kiwi_local.check.finders.shared import shared_emails
from kiwi_local.check.finders.whole import mandanten
from kiwi_local.check.findings import Findings
from kiwi_local.check.outcome import foresee, refusals, section_of
from kiwi_local.check.reading import Files
from kiwi_local.check.records import UNREADABLE, Records
from kiwi_local.check.seen import Flaw, Hit, Key, Subject
from kiwi_local.check.settings import CheckSettings
from kiwi_local.pages import Text


class DifferentExportsError(Exception):
    """The files are not of one export."""


@dataclass
class Inspection:
    """What a look at an export's files has brought."""

    settings: CheckSettings
    findings: Findings
    records: Records = field(init=False)
    envelope: dict[str, Any] = field(default_factory=dict)
    unreadable: list[tuple[str, RejectedExportError]] = field(default_factory=list)
    """The files that cannot be read as an export, and why."""
    _listed: set[str] = field(default_factory=set)
    _spoken: set[tuple[str, str]] | None = field(default_factory=set)
    """What a full export speaks of, by Mandant and section; None: of all in its Mandanten."""

    def __post_init__(self) -> None:
        self.records = Records(self.settings, self.findings)

    @property
    def is_full(self) -> bool:
        """Whether what the export leaves out is gone."""
        return self.envelope.get("scope") == "full"

    @property
    def _complete(self) -> frozenset[str]:
        """The lists of which nothing is missing: those of a full export, but no tables that are not there."""
        if not self.is_full:
            return frozenset()
        if self._spoken is None:
            return frozenset(SECTIONS)
        return frozenset(section for _mandant, section in self._spoken)

    def look(self, files: Files) -> None:
        """Go through the files.

        Raises:
            DifferentExportsError: they name different exports.
            OSError: a file cannot be read.
        """
        for raw in files.records(self._ended):
            self.records.see(raw)
        self.unreadable = files.unreadable
        first = files.paths[0].name
        if not self.unreadable:
            self.findings.add_hits(self._counted(first, files.side.get("anzahl")))
        self._conclude(first)

    def _counted(self, file: str, anzahl: Any) -> Iterator[Hit]:
        """Whether all files together have as many records as their side file says."""
        for section in SECTIONS if isinstance(anzahl, dict) else ():
            told, read = anzahl.get(section), self.records.read[section]
            if told is not None and told != read:
                said = f"{RejectedExport.COUNT_MISMATCH}: {section}: {told}, {read}"
                yield Hit(export.EXPORT_REFUSED, Subject(file), "anzahl", detail=Text(said, said))

    def _ended(self, file: str, document: Export) -> None:
        known, named = self.envelope.get("export_id"), document.envelope.get("export_id")
        if self.envelope and known != named:
            raise DifferentExportsError(f"{file} is of another export: check one export at a time")
        self.envelope = self.envelope or document.envelope
        listed, spoken = document.envelope.get("mandanten"), document.spoken
        self._listed |= {str(one).strip() for one in listed} if isinstance(listed, list) else set()
        self._spoken = None if spoken is None or self._spoken is None else self._spoken | spoken
        subject = Subject(file)
        try:
            admit(document, self.settings.now)
        except RejectedExportError as error:
            detail = Text(f"{error.reason}: {error.detail}", f"{error.reason}: {error.detail}")
            self.findings.add_hits([Hit(export.EXPORT_REFUSED, subject, detail=detail)])
        told = document.envelope.get("connection")
        if told and told != self.settings.connection:
            self.findings.add_hits([Hit(export.CONNECTION_DIFFERS, subject, "connection")])

    def _conclude(self, file: str) -> None:
        """What only the whole tells, once all is read. What is rejected comes first: it does not count."""
        self._reject_duplicates()
        if self.is_full:
            self._reject_unlisted()
        else:
            self._reject_deletions()
        self.findings.add_hits(self._deletions(file))
        self.findings.add_hits(self._of_the_whole(file))
        self.findings.add_hits(self._among_records())
        foresee(self.records.index, self.settings, self.records.tallies, self._complete)

    def _reject_duplicates(self) -> None:
        for key, subjects in self.records.index.take_duplicates():
            for subject in subjects:
                self._reject(key, subject, "duplicate", "nummer")

    def _reject_unlisted(self) -> None:
        for key, subject in self.records.index.take_unlisted(self._listed):
            self._reject(key, subject, "mandant_not_listed", "mandant")

    def _reject_deletions(self) -> None:
        for subject, flaw in self.records.bad_deletions:
            self.records.tallies[subject.mandant or UNREADABLE, subject.section].rejected[
                flaw.defect.code
            ] += 1
            self.findings.add_flaws(subject, [flaw])

    def _reject(self, key: Key, subject: Subject, reason: str, field_name: str) -> None:
        kind, mandant, _numbers = key
        self.records.tallies[mandant, section_of(kind)].rejected[reason] += 1
        self.findings.add_flaws(subject, [Flaw(rejected.reason(reason), field_name, subject.key)])

    def _deletions(self, file: str) -> Iterator[Hit]:
        index = self.records.index
        if self.is_full:
            if index.deleted:
                yield Hit(export.DELETION_IN_FULL, Subject(file, key="geloescht"), "geloescht")
            return
        there = set(index.keys())
        for key, subject in index.deleted.items():
            if key in there:
                index.remove(key)
                yield Hit(export.DELETED_AND_THERE, subject)

    def _of_the_whole(self, file: str) -> Iterator[Hit]:
        there: Mapping[str, int] = self.records.there
        read = {section: self.records.read[section] for section in SECTIONS if section in self._complete}
        selected = self.settings.mandanten
        yield from mandanten(file, self._listed if self.is_full else None, selected, there, read)
        yield from mandant_zeros(file, [*there, *self._listed, *(selected or ())])
        yield from self.records.fields.hits()
        yield from self.records.lengths.hits()
        yield from self.records.points.hits()

    def _among_records(self) -> Iterator[Hit]:
        index, today = self.records.index, self.settings.today
        lost, refused = refusals(index, self.settings)
        yield from shared_emails(index, self.settings.shared_email_limit)
        yield from references(index, self._complete)
        yield from tenancies(index, today, self._complete, refused)
        yield from overlaps(index, today)
        yield from houses(index)
        yield from separators(index, self.settings.separator, lost)
