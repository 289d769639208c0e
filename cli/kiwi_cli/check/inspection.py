"""Goes through the files of an export, and then looks at the whole."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Export
from kiwi_extract.run.admission import admit
from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.extent import Extent
from kiwi_cli.check.finders.houses import houses
from kiwi_cli.check.finders.numbers import mandant_zeros, separators
from kiwi_cli.check.finders.overlaps import overlaps
from kiwi_cli.check.finders.references import references, tenancies
from kiwi_cli.check.finders.shared import shared_emails
from kiwi_cli.check.finders.whole import mandanten
from kiwi_cli.check.findings import Findings
from kiwi_cli.check.outcome import foresee, refusals
from kiwi_cli.check.reading import Files, source_of
from kiwi_cli.check.records import UNREADABLE, Records
from kiwi_cli.check.seen import Flaw, Hit, Subject
from kiwi_cli.check.settings import CheckSettings
from kiwi_cli.pages import Text


@dataclass
class Inspection:
    """What a look at an export's files has brought."""

    settings: CheckSettings
    findings: Findings
    records: Records = field(init=False)
    extent: Extent = field(init=False)
    unreadable: list[tuple[str, RejectedExportError]] = field(default_factory=list)
    """The files that cannot be read as an export, and why."""

    def __post_init__(self) -> None:
        self.records = Records(self.settings, self.findings)

    @property
    def envelope(self) -> Mapping[str, Any]:
        """What stands around the records."""
        return self.extent.envelope

    def look(self, files: Files) -> None:
        """Go through the files.

        Raises:
            NotOneExportError: they are not those of one export.
            OSError: a file cannot be read.
        """
        self.extent = Extent(files)
        for raw in files.records(self._ended):
            self.records.see(raw)
        self.unreadable = files.unreadable
        first = files.paths[0].name
        if not self.unreadable:
            self.findings.add_hits(self.extent.parts_missing(first))
        if self.extent.is_whole:
            self.findings.add_hits(self._counted(first, files.side.get("anzahl")))
            self.findings.add_hits(self.extent.completion_missing(first))
        self._conclude(first)

    def _counted(self, file: str, anzahl: Any) -> Iterator[Hit]:
        """Whether all files together have as many records as their side file says."""
        for section in SECTIONS if isinstance(anzahl, dict) else ():
            told, read = anzahl.get(section), self.records.read[section]
            if told is not None and told != read:
                said = f"{RejectedExport.COUNT_MISMATCH}: {section}: {told}, {read}"
                yield Hit(Defect.EXPORT_REFUSED, Subject(file), "anzahl", detail=Text(said, said))

    def _ended(self, file: str, document: Export) -> None:
        self.findings.add_hits(self.extent.add(file, document))
        subject = Subject(file)
        # A file that only completes others speaks of nothing, and so of no Mandanten either.
        if not document.completion.met or document.spoken != frozenset():
            try:
                admit(document, self.settings.now)
            except RejectedExportError as error:
                detail = Text(f"{error.reason}: {error.detail}", f"{error.reason}: {error.detail}")
                self.findings.add_hits([Hit(Defect.EXPORT_REFUSED, subject, detail=detail)])
        told = document.envelope.get("connection")
        if told and told != self.settings.connection:
            self.findings.add_hits([Hit(Defect.CONNECTION_DIFFERS, subject, "connection")])
        self.findings.add_hits(
            Hit(Defect.TABLE_NOT_USED, Subject(source_of(file, name))) for name in document.unused
        )

    def _conclude(self, file: str) -> None:
        """What only the whole tells, once all is read. What is rejected comes first: it does not count."""
        self._reject_duplicates()
        if self.extent.is_full:
            self._reject_unlisted()
        else:
            self._reject_deletions()
        self.findings.add_hits(self._deletions(file))
        self.findings.add_hits(self._of_the_whole(file))
        self.findings.add_hits(self._among_records())
        foresee(self.records.index, self.settings, self.records.tallies, self.extent.complete)

    def _reject_duplicates(self) -> None:
        for key, subjects in self.records.index.take_duplicates():
            for subject in subjects:
                self._reject(subject, Flaw("duplicate", "nummer", key[2][-1]))

    def _reject_unlisted(self) -> None:
        for key, subject in self.records.index.take_unlisted(self.extent.listed):
            self._reject(subject, Flaw("mandant_not_listed", "mandant", key[1]))

    def _reject_deletions(self) -> None:
        for subject, flaw in self.records.bad_deletions:
            self._reject(subject, flaw)

    def _reject(self, subject: Subject, flaw: Flaw) -> None:
        tally = self.records.tallies[subject.mandant or UNREADABLE, subject.section]
        tally.rejected[flaw.code] += 1
        self.findings.add_flaws(subject, [flaw])

    def _deletions(self, file: str) -> Iterator[Hit]:
        index = self.records.index
        if self.extent.is_full:
            if index.deleted:
                yield Hit(Defect.DELETION_IN_FULL, Subject(file, key="geloescht"), "geloescht")
            index.deleted.clear()
            return
        there = set(index.keys())
        for key, subject in index.deleted.items():
            if key in there:
                index.remove(key)
                yield Hit(Defect.DELETED_AND_THERE, subject)

    def _of_the_whole(self, file: str) -> Iterator[Hit]:
        records, extent, selected = self.records, self.extent, self.settings.mandanten
        there = {pair: count for pair, count in records.there.items() if pair[0] != UNREADABLE}
        deletions = {mandant: count for mandant, count in records.deletions.items() if mandant != UNREADABLE}
        named = {mandant for mandant, _section in there} | deletions.keys()
        # Of tables without a side file the Mandanten are those of their rows.
        listed = extent.listed - (records.misplaced - named)
        whole = listed if extent.is_full and extent.is_whole else None
        counting = {} if extent.is_full else deletions

        def is_told(mandant: str, section: str) -> bool:
            # Where a record's Mandant cannot be read, it may be of any.
            return (UNREADABLE, section) not in records.there and extent.complete(mandant, section)

        yield from mandanten(file, whole, selected, there, counting, is_told)
        yield from mandant_zeros(file, [*named, *listed, *(selected or ())])
        yield from records.fields.hits(is_full=extent.is_full)
        yield from records.lengths.hits()
        yield from records.points.hits()

    def _among_records(self) -> Iterator[Hit]:
        index, today = self.records.index, self.settings.today
        lost, refused = refusals(index, self.settings)
        yield from shared_emails(index, self.settings.shared_email_limit)
        yield from references(index, self.extent.complete)
        yield from tenancies(index, today, self.extent.complete, refused)
        yield from overlaps(index, today)
        yield from houses(index)
        yield from separators(index, self.settings.separator, lost)
