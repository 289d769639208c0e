"""What can be wrong with the export as a whole."""

from kiwi_cli.check.defects.defect import error, note, warning

EXPORT_REFUSED = error(
    "export_refused",
    "Der ganze Export würde abgewiesen",
    "The export would be refused as a whole",
    mend_de="Nichts daraus käme an. Den genannten Grund beheben, siehe docs/erp/de/reasons.md.",
    mend_en="Nothing of it would arrive. Mend the reason that is named, see docs/erp/en/reasons.md.",
)
CONNECTION_DIFFERS = error(
    "connection_differs",
    "Der Export nennt eine andere Verbindung",
    "The export names another connection",
    mend_de="`connection` im Export und die Verbindung, für die geprüft wird, müssen gleich sein.",
    mend_en="`connection` in the export and the connection that is checked for must be the same.",
)
PARTS_MISSING = error(
    "parts_missing",
    "Teile des Exports fehlen",
    "Parts of the export are missing",
    mend_de="Nichts davon käme an, ehe alle Teile da sind. Alle zusammen prüfen; "
    "sonst ist nicht zu sehen, was fehlt.",
    mend_en="Nothing of it would arrive before all parts are there. Check all of them together: "
    "what is missing cannot be seen from here.",
)
TABLE_NOT_USED = warning(
    "table_not_used",
    "Eine Tabelle wird nicht gelesen",
    "A table is not read",
    mend_de="Ihre Spalten sagen nicht, was sie enthält; alles darin bliebe aus. "
    "Die Spalten wie die Felder des Formats nennen oder zuordnen; sonst weglassen.",
    mend_en="Its columns do not tell what it holds; all in it would be left out. "
    "Call the columns as the format's fields, or map them; or else leave it out.",
)
SECTION_EMPTY = error(
    "section_empty",
    "Eine Liste des Vollexports ist leer",
    "A list of the full export is empty",
    mend_de="Alles dieser Art gälte in den genannten Mandanten als gelöscht. "
    "Prüfen, warum das ERP nichts ausgibt.",
    mend_en="All of this kind would count as gone in the listed Mandanten. "
    "Find out why the ERP exports none.",
)
SECTION_EMPTY_IN_MANDANT = warning(
    "section_empty_in_mandant",
    "Eine Liste des Vollexports ist in einem Mandanten leer",
    "A list of the full export is empty in one Mandant",
    mend_de="Alles dieser Art gälte im Mandanten als gelöscht. Prüfen, ob er wirklich nichts davon hat.",
    mend_en="All of this kind would count as gone in the Mandant. Find out whether it really has none.",
)
MANDANT_WITHOUT_RECORDS = error(
    "mandant_without_records",
    "Mandant ohne einen einzigen Satz",
    "A Mandant without any record",
    mend_de="Alles im Mandanten gälte als gelöscht. Ihn aus `mandanten` nehmen oder seine Sätze exportieren.",
    mend_en="All of the Mandant would count as gone. Take it out of `mandanten`, or export its records.",
)
MANDANT_ABSENT = warning(
    "mandant_absent",
    "Ein ausgewählter Mandant fehlt im Vollexport",
    "A selected Mandant is not in the full export",
    mend_de="Er bleibt in KIWI, wie er ist. Den Mandanten exportieren oder die Auswahl berichtigen.",
    mend_en="It stays in KIWI as it is. Export the Mandant, or correct the selection.",
)
MANDANT_NOT_SELECTED = note(
    "mandant_not_selected",
    "Ein Mandant des Exports ist nicht ausgewählt",
    "A Mandant of the export is not selected",
    mend_de="Seine Sätze werden übergangen. Soll er nach KIWI, ihn in den Einstellungen auswählen.",
    mend_en="Its records are passed over. To bring it to KIWI, select it in the settings.",
)
DELETION_IN_FULL = warning(
    "deletion_in_full",
    "`geloescht` in einem Vollexport",
    "`geloescht` in a full export",
    mend_de="Wird übergangen: Gelöscht ist, was ein Vollexport nicht mehr enthält. Als Delta schicken.",
    mend_en="It is ignored: gone is what a full export leaves out. Send it as a delta.",
)
DELETED_AND_THERE = warning(
    "deleted_and_there",
    "Derselbe Schlüssel als Satz und unter `geloescht`",
    "The same key as a record and under `geloescht`",
    mend_de="Er gälte als gelöscht. Eines von beiden entfernen.",
    mend_en="It would count as deleted. Remove one of the two.",
)
FIELD_UNKNOWN = warning(
    "field_unknown",
    "Ein Feld heißt fast wie ein bekanntes",
    "A field is called almost like a known one",
    mend_de="Unbekannte Felder werden übergangen. "
    "Genau so nennen, wie das Format es sagt, oder im Feldmapping zuordnen.",
    mend_en="Unknown fields are ignored. Name it exactly as the format does, or map it.",
)
FIELD_NEVER_FILLED = error(
    "field_never_filled",
    "Ein wichtiges Feld ist in einem Mandanten überall leer",
    "An important field is empty all over a Mandant",
    mend_de="Wahrscheinlich fehlt die Spalte im Export. Ohne `email` kommt niemand nach KIWI.",
    mend_en="Probably the column is missing in the export. Without `email` nobody comes to KIWI.",
)
HEADING_AS_RECORD = error(
    "heading_as_record",
    "Eine Kopfzeile steht zwischen den Sätzen",
    "A heading stands among the records",
    mend_de="Entsteht, wenn Dateien aneinandergehängt werden. Die Zeile entfernen.",
    mend_en="This comes of files that are put together. Remove the line.",
)
SUMMARY_AS_RECORD = error(
    "summary_as_record",
    "Eine Summenzeile steht zwischen den Sätzen",
    "A line of totals stands among the records",
    mend_de="Den Export ohne Summen schreiben.",
    mend_en="Write the export without totals.",
)
