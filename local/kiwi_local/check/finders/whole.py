"""What can be said of the export as a whole."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from kiwi_local.check.defects import Defect, export
from kiwi_local.check.seen import Hit, Subject
from kiwi_local.pages import Text


def mandanten(
    file: str,
    listed: Collection[str] | None,
    selected: Collection[str] | None,
    there: Mapping[str, int],
    read: Mapping[str, int],
) -> Iterator[Hit]:
    """Mandanten that are listed, selected and there, or not.

    `listed`: by a full export, None for a delta; `selected`: None for all; `there`: records by Mandant;
    `read`: by section.
    """
    if listed is not None:
        for section in (section for section, count in read.items() if not count):
            yield Hit(export.SECTION_EMPTY, Subject(file, key=section), section)
        wanted = listed if selected is None else [one for one in listed if one in selected]
        yield from _each(export.MANDANT_WITHOUT_RECORDS, file, (one for one in wanted if not there.get(one)))
        if selected is not None:
            yield from _each(export.MANDANT_ABSENT, file, (one for one in selected if one not in listed))
    if selected is not None:
        for mandant in sorted({*there, *(listed or ())} - set(selected)):
            count = there.get(mandant, 0)
            detail = Text(f"{count} Sätze übergangen", f"{count} records passed over")
            yield Hit(
                export.MANDANT_NOT_SELECTED,
                Subject(file, mandant=mandant, key=mandant),
                "mandant",
                (),
                detail,
            )


def _each(defect: Defect, file: str, named: Iterable[str]) -> Iterator[Hit]:
    for mandant in sorted(named):
        yield Hit(defect, Subject(file, mandant=mandant, key=mandant), "mandanten")
