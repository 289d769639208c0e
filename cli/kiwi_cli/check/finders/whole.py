"""Findings about the export as a whole."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from kiwi_sync.erp.envelope import SECTIONS

from kiwi_cli.check.counted import counted
from kiwi_cli.check.defects import Defect
from kiwi_cli.check.seen import Complete, Hit, Subject
from kiwi_cli.pages import Text

_PASSED_OVER = Text("Satz übergangen", "record passed over")
_ALL_PASSED_OVER = Text("Sätze übergangen", "records passed over")


def mandanten(
    file: str,
    listed: Collection[str] | None,
    selected: Collection[str] | None,
    records: Mapping[tuple[str, str], int],
    deletions: Mapping[str, int],
    complete: Complete,
) -> Iterator[Hit]:
    """Mandanten that are listed, selected and there, or not.

    `listed`: by a full export, None for a delta; `selected`: None for all; `records`: by Mandant and section;
    `deletions`: by Mandant, where they count.
    """
    if listed is not None:
        wanted = [one for one in sorted(listed) if selected is None or one in selected]
        yield from _empty(file, wanted, records, complete)
        if selected is not None:
            yield from _each(Defect.MANDANT_ABSENT, file, (one for one in selected if one not in listed))
    if selected is not None:
        passed_over = Counter(deletions)
        for (mandant, _section), count in records.items():
            passed_over[mandant] += count
        for mandant in sorted({*passed_over, *(listed or ())} - set(selected)):
            detail = counted(passed_over[mandant], _PASSED_OVER, _ALL_PASSED_OVER)
            subject = Subject(file, mandant=mandant, key=mandant)
            yield Hit(Defect.MANDANT_NOT_SELECTED, subject, "mandant", detail=detail)


def _empty(
    file: str, wanted: Collection[str], records: Mapping[tuple[str, str], int], complete: Complete
) -> Iterator[Hit]:
    """Lists that are empty: in all Mandanten, in one, and Mandanten in which all are."""
    spoken = {section: [one for one in wanted if complete(one, section)] for section in SECTIONS}
    there = {mandant for (mandant, _section), count in records.items() if count}
    without = {mandant for of_section in spoken.values() for mandant in of_section} - there
    for section, of_section in spoken.items():
        empty = [mandant for mandant in of_section if not records.get((mandant, section))]
        if empty and empty == of_section:
            yield Hit(Defect.SECTION_EMPTY, Subject(file, key=section), section)
            continue
        for mandant in empty:
            if mandant not in without:
                subject = Subject(file, mandant=mandant, key=mandant)
                yield Hit(Defect.SECTION_EMPTY_IN_MANDANT, subject, section)
    yield from _each(Defect.MANDANT_WITHOUT_RECORDS, file, without)


def _each(defect: Defect, file: str, named: Iterable[str]) -> Iterator[Hit]:
    for mandant in sorted(named):
        yield Hit(defect, Subject(file, mandant=mandant, key=mandant), "mandanten")
