"""Records that extract rejects. Codes as in docs/erp/en/reasons.md, "Rejected records"."""

from kiwi_cli.check.defects.defect import Defect, error

_STAYS_DE = " Der Satz wird ausgelassen; was KIWI bisher dazu hat, bleibt."
_STAYS_EN = " The record is left out; what KIWI has of it so far stays."


def _rejected(code: str, de: str, en: str, *, mend_de: str, mend_en: str) -> Defect:
    return error(
        code,
        f"Abgewiesen: {de}",
        f"Rejected: {en}",
        mend_de=mend_de + _STAYS_DE,
        mend_en=mend_en + _STAYS_EN,
    )


_ALL = (
    _rejected(
        "missing",
        "ein Pflichtfeld ist leer",
        "a required field is empty",
        mend_de="Das Feld im ERP füllen.",
        mend_en="Fill the field in the ERP.",
    ),
    _rejected(
        "not_text",
        "ein Feld ist kein Text",
        "a field is not a text",
        mend_de="Das Feld als Text oder ganze Zahl exportieren.",
        mend_en="Export the field as a text or an integer.",
    ),
    _rejected(
        "too_long",
        "ein Feld ist zu lang",
        "a field is too long",
        mend_de="Kürzen: Nummern haben höchstens 64 Zeichen, Texte 1000, ein Vertrag 100 Mieter.",
        mend_en="Shorten it: numbers have 64 characters at most, texts 1,000, a lease 100 tenants.",
    ),
    _rejected(
        "control_character",
        "unsichtbare Steuerzeichen",
        "invisible control characters",
        mend_de="Zeilenumbrüche, Tabulatoren und andere Steuerzeichen aus dem Feld nehmen.",
        mend_en="Take line breaks, tabs and other control characters out of the field.",
    ),
    _rejected(
        "not_a_date",
        "kein Datum",
        "not a date",
        mend_de="Datum als JJJJ-MM-TT oder TT.MM.JJJJ schreiben, ab 1800; der Tag muss existieren. "
        "Vorgabewerte wie 0001-01-01 oder 00.00.0000 sind kein Datum.",
        mend_en="Write dates as YYYY-MM-DD or DD.MM.YYYY, from 1800 on; the day must exist. "
        "Defaults such as 0001-01-01 or 00.00.0000 are no dates.",
    ),
    _rejected(
        "not_a_number",
        "keine Zahl",
        "not a number",
        mend_de="Koordinaten in JSON als Zahl schreiben: 52.5031, ohne Anführungszeichen.",
        mend_en="Write coordinates in JSON as numbers: 52.5031, without quotes.",
    ),
    _rejected(
        "out_of_range",
        "Koordinate außerhalb der Erde",
        "a coordinate off the earth",
        mend_de="Breite liegt zwischen -90 und 90, Länge zwischen -180 und 180, in Grad.",
        mend_en="Latitude lies between -90 and 90, longitude between -180 and 180, in degrees.",
    ),
    _rejected(
        "ende_before_beginn",
        "das Ende liegt vor dem Beginn",
        "the end is before the beginning",
        mend_de="Beginn und Ende des Mietvertrags berichtigen; vielleicht sind sie vertauscht.",
        mend_en="Correct beginn and ende of the lease; they may be swapped.",
    ),
    _rejected(
        "not_an_object",
        "kein Objekt",
        "not an object",
        mend_de="In JSON steht hier {…}.",
        mend_en="In JSON this is {…}.",
    ),
    _rejected(
        "not_a_list",
        "keine Liste",
        "not a list",
        mend_de="In JSON steht hier […], auch bei einem einzigen Mieter.",
        mend_en="In JSON this is […], also for a single tenant.",
    ),
    _rejected(
        "duplicate",
        "derselbe Schlüssel kommt mehrfach vor",
        "the same key more than once",
        mend_de="Den überzähligen Satz entfernen: "
        "Keiner von ihnen wird übernommen, da niemand weiß, welcher gilt.",
        mend_en="Remove what is too many: none of them is taken, since nobody knows which is right.",
    ),
    _rejected(
        "ragged_line",
        "eine Zeile hat zu viele oder zu wenige Zellen",
        "a line has too many or too few cells",
        mend_de="Oft ein Trennzeichen in einem Text: Solche Texte in Anführungszeichen setzen.",
        mend_en="Often a delimiter within a text: put such texts into quotes.",
    ),
    _rejected(
        "malformed_quotes",
        "Anführungszeichen im Text sind nicht verdoppelt",
        "quotes within a text are not doubled",
        mend_de='In CSV so schreiben: "Haus ""Sonne""".',
        mend_en='In CSV write it so: "Haus ""Sonne""".',
    ),
    _rejected(
        "not_json_line",
        "eine Zeile ist kein JSON",
        "a line is not JSON",
        mend_de="In NDJSON ist jede Zeile ein ganzes JSON-Objekt in UTF-8.",
        mend_en="In NDJSON each line is a whole JSON object in UTF-8.",
    ),
    _rejected(
        "unknown_typ",
        "unbekannter `typ`",
        "an unknown `typ`",
        mend_de="`typ` ist verwaltungseinheit, mieter oder mietvertrag.",
        mend_en="`typ` is verwaltungseinheit, mieter or mietvertrag.",
    ),
    _rejected(
        "not_a_flag",
        "`geloescht` ist weder ja noch nein",
        "`geloescht` is neither yes nor no",
        mend_de="ja oder nein schreiben, 1 oder 0 oder nichts.",
        mend_en="Write ja or nein, 1 or 0, or nothing.",
    ),
    _rejected(
        "excel_error",
        "eine Zelle enthält einen Fehler von Excel",
        "a cell holds an error of Excel's",
        mend_de="Die Formel der Zelle berichtigen (#NV, #BEZUG!) oder den Wert selbst hineinschreiben.",
        mend_en="Mend the cell's formula (#N/A, #REF!), or write the value itself.",
    ),
    _rejected(
        "number_unclear",
        "eine Nummer ist in Excel als Zahl gespeichert und nicht sicher zu lesen",
        "a number is stored as a figure in Excel and cannot be read for certain",
        mend_de="Die Spalte als Text formatieren und hineinschreiben, was gelesen werden soll.",
        mend_en="Format the column as text, and write what is to be read.",
    ),
    _rejected(
        "pattern_mismatch",
        "ein Wert passt nicht zum Muster im Feldmapping",
        "a value does not fit the mapping's pattern",
        mend_de="Den Wert berichtigen oder das Muster (split) im Feldmapping.",
        mend_en="Correct the value, or the pattern (split) in the mapping.",
    ),
    _rejected(
        "value_not_mapped",
        "ein Wert fehlt in der Zuordnung des Feldmappings",
        "a value is not in the mapping's map",
        mend_de="Ihn unter `map` im Feldmapping ergänzen.",
        mend_en="Add it under `map` in the mapping.",
    ),
    _rejected(
        "rows_disagree",
        "mehrere Zeilen eines Satzes widersprechen sich",
        "several rows of one record contradict each other",
        mend_de="Die Zeilen gleich machen: Nur Listen werden vereinigt.",
        mend_en="Make the rows alike: only lists are united.",
    ),
    _rejected(
        "mandant_not_listed",
        "Mandant steht nicht im Kopf des Exports",
        "Mandant is not listed in the export's head",
        mend_de="Den Mandanten in `mandanten` aufnehmen, wenn der Export für ihn vollständig ist.",
        mend_en="List the Mandant in `mandanten`, if the export is complete for it.",
    ),
)
REASONS = {defect.code: defect for defect in _ALL}
"""By the reason for which extract rejects."""


def reason(code: str) -> Defect:
    """The defect of a rejection; a reason that is new here is still told, by its code."""
    return REASONS.get(code) or _rejected(
        code, code, code, mend_de="Siehe docs/erp/de/reasons.md.", mend_en="See docs/erp/en/reasons.md."
    )
