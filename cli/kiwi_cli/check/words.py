"""The words of a report in both languages: what its codes mean."""

from collections.abc import Iterable

from kiwi_cli.check.counted import counted
from kiwi_cli.check.report import Report, Where
from kiwi_cli.pages import Text
from kiwi_cli.texts import Severity

SECTIONS = {
    "verwaltungseinheiten": Text("Einheiten", "units"),
    "mieter": Text("Mieter", "tenants"),
    "mietvertraege": Text("Mietverträge", "leases"),
}
SEVERITIES = {
    Severity.ERROR: Text("Fehler", "error"),
    Severity.WARNING: Text("Warnung", "warning"),
    Severity.NOTE: Text("Hinweis", "note"),
}
HEADINGS = {
    "records": Text("Sätze", "records"),
    "mandant": Text("Mandant", "Mandant"),
    "kind": Text("Art", "kind"),
    "rejected": Text("abgewiesen", "rejected"),
    "skipped": Text("übersprungen", "skipped"),
    "to_kiwi": Text("nach KIWI", "to KIWI"),
    "reason": Text("Grund", "reason"),
    "file": Text("Datei", "file"),
    "place": Text("Stelle", "place"),
    "key": Text("Schlüssel", "key"),
    "field": Text("Feld", "field"),
    "what": Text("was", "what"),
    "reasons": Text("Was nicht, und warum", "What would not, and why"),
    "findings": Text("Befunde", "Findings"),
    "unreadable": Text("Nicht lesbar", "Not readable"),
}
"""The headings of columns and sections."""
OUTCOME = Text("Was nach KIWI käme", "What would come to KIWI")
CLEAN = Text("Nichts gefunden, was stört.", "Nothing found that is in the way.")
NOTES_ONLY = Text("Nur Hinweise: Der Export kann so geschickt werden.", "Notes only: the export can be sent.")
NOT_READABLE = Text(
    "Nicht lesbar: So würde nichts übernommen.", "Not readable: nothing of it would be taken over."
)
REFUSED = Text(
    "So würde der ganze Export abgewiesen: Nichts daraus käme an.",
    "As it is, the whole export would be refused: nothing of it would arrive.",
)
_IF_MENDED = Text(", wenn das behoben ist", ", if that is mended")


def verdict(report: Report, errors: int, warnings: int) -> Text:
    """The outcome of the check, in a sentence."""
    if report.unreadable:
        return NOT_READABLE
    if report.is_refused:
        return REFUSED
    if errors or warnings:
        wrong = counted(errors, Text("Fehler", "error"), Text("Fehler", "errors"))
        doubtful = counted(warnings, Text("Warnung", "warning"), Text("Warnungen", "warnings"))
        return Text(
            f"{wrong.de} und {doubtful.de}: vor dem Senden ansehen.",
            f"{wrong.en} and {doubtful.en}: have a look before it is sent.",
        )
    return NOTES_ONLY if report.findings else CLEAN


def foreseen(report: Report, words: Text) -> Text:
    """Words for what would come of the export; if nothing would as it is, only if that is mended."""
    if not report.brings_nothing:
        return words
    return Text(words.de + _IF_MENDED.de, words.en + _IF_MENDED.en)


def place_words(where: Where) -> Text:
    """The place of a record in its file: a line or row, or where in the document."""
    if where.line is not None:
        return Text(f"Zeile {where.line}", f"line {where.line}")
    return Text(where.place or "", where.place or "")


def what_words(where: Where) -> Text:
    """The value that stands there, or the other records that are concerned."""
    others = ", ".join(where.others)
    more = counted(where.others_left_out, Text("weiterer", "more"), Text("weitere", "more"))
    concerned = Text(others, others)
    if where.others_left_out:
        concerned = Text(f"{others} und {more.de}", f"{others} and {more.en}")
    value = Text(f"„{where.value}“", f"“{where.value}”") if where.value else None
    parts = [part for part in (where.value_class, value, where.detail, concerned) if part]
    return Text(_joined(part.de for part in parts), _joined(part.en for part in parts))


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(part for part in parts if part)
