"""Goes through the files of an export, and then looks at the whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Export
from kiwi_extract.records.entry import Entry
from kiwi_extract.records.spool import Spool
from kiwi_sync.erp.envelope import SECTIONS

from kiwi_cli.check.coverage import Coverage
from kiwi_cli.check.defects import Defect
from kiwi_cli.check.export_file import source_of
from kiwi_cli.check.files import Files
from kiwi_cli.check.finders.houses import houses
from kiwi_cli.check.finders.numbers import mandant_zeros, separators
from kiwi_cli.check.finders.overlaps import overlaps
from kiwi_cli.check.finders.references import references, tenancies
from kiwi_cli.check.finders.shared import shared_emails
from kiwi_cli.check.finders.whole import mandanten
from kiwi_cli.check.findings import Findings
from kiwi_cli.check.foresee import foresee, refusals
from kiwi_cli.check.records import UNREADABLE, Records
from kiwi_cli.check.seen import Hit, Subject
from kiwi_cli.check.settings import CheckSettings


@dataclass
class Inspection:
    """Everything found in an export's files."""

    settings: CheckSettings
    findings: Findings
    records: Records = field(init=False)
    coverage: Coverage = field(init=False)

    def __post_init__(self) -> None:
        self.records = Records(self.settings, self.findings)

    @property
    def envelope(self) -> Mapping[str, Any]:
        """The envelope, as it was given."""
        return self.coverage.envelope

    @property
    def unreadable(self) -> Sequence[tuple[str, RejectedExportError]]:
        """The files that cannot be read as an export, and why."""
        return self.coverage.files.unreadable

    def look(self, files: Files) -> None:
        """Go through the files, as extract does, and take from it what it refuses and rejects.

        Raises:
            NotOneExportError: they are not those of one export.
            OSError: a file cannot be read.
        """
        self.coverage = Coverage(files)
        rejected: list[Entry] = []
        with Spool(rejected.append) as spool:
            spool.add(map(self.records.see, files.records(self._ended)))
            self.coverage.admit(self.settings.now)
            self._seal(spool)
        for entry in sorted(rejected, key=_in_order):
            self.records.reject(entry)
        first = files.paths[0].name
        self.findings.add_hits(self.coverage.refusals())
        if not self.unreadable:
            self.findings.add_hits(self.coverage.parts_missing(first))
        self.findings.add_hits(self._deletions(first))
        self.findings.add_hits(self._of_the_whole(first))
        self.findings.add_hits(self._among_records())
        foresee(self.records.index, self.settings, self.records.tallies, self.coverage.judges_absence)

    def _seal(self, spool: Spool) -> None:
        selected, coverage = self.settings.mandanten, self.coverage
        if selected is None:
            selected = self.records.mandanten
        spool.seal(sorted(selected), sorted(coverage.listed) if coverage.is_full else None)
        spool.rejected_count()  # makes it look everywhere
        coverage.unreadable = spool.unreadable()

    def _ended(self, file: str, document: Export) -> None:
        self.coverage.add(file, document)
        told = document.envelope.get("connection")
        if told and told != self.settings.connection:
            self.findings.add_hits([Hit(Defect.CONNECTION_DIFFERS, Subject(file), "connection")])
        self.findings.add_hits(
            Hit(Defect.TABLE_NOT_USED, Subject(source_of(file, name))) for name in document.unused
        )

    def _deletions(self, file: str) -> Iterator[Hit]:
        index = self.records.index
        if self.coverage.is_full:
            if index.deleted:
                yield Hit(Defect.DELETION_IN_FULL, Subject(file, key="geloescht"), "geloescht")
            index.deleted.clear()
            return
        there = {*index.keys(), *index.unusable}
        for key, subject in index.deleted.items():
            if key in there:
                index.remove(key)
                yield Hit(Defect.DELETED_AND_THERE, subject)

    def _of_the_whole(self, file: str) -> Iterator[Hit]:
        records, coverage, selected = self.records, self.coverage, self.settings.mandanten
        there = {pair: count for pair, count in records.there.items() if pair[0] != UNREADABLE}
        deletions = {mandant: count for mandant, count in records.deletions.items() if mandant != UNREADABLE}
        # Of tables without a side file the Mandanten are those of their rows.
        headings = {subject.mandant for subject in records.misplaced} - records.mandanten
        listed = coverage.listed - headings
        whole = listed if coverage.is_full and coverage.is_whole else None
        counting = {} if coverage.is_full else deletions

        def is_told(mandant: str, section: str) -> bool:
            # Where a record's Mandant cannot be read, it may be of any.
            return (UNREADABLE, section) not in records.there and coverage.complete(mandant, section)

        yield from mandanten(file, whole, selected, there, counting, is_told)
        yield from mandant_zeros(file, [*records.mandanten, *listed, *(selected or ())])
        yield from records.fields.hits(is_full=coverage.is_full)
        yield from records.lengths.hits()
        yield from records.points.hits()

    def _among_records(self) -> Iterator[Hit]:
        index, today = self.records.index, self.settings.today
        lost, refused = refusals(index, self.settings)
        yield from shared_emails(index, self.settings.shared_email_limit)
        yield from references(index, self.coverage.complete)
        yield from tenancies(index, today, self.coverage.complete, refused)
        yield from overlaps(index, today)
        yield from houses(index)
        yield from separators(index, self.settings.separator, lost)


def _in_order(entry: Entry) -> tuple[str, int, bool, int, int]:
    """The order of the files and of the document."""
    at = list(SECTIONS).index(entry.section)
    return entry.source or "", at, entry.deleted, entry.line or 0, entry.place
