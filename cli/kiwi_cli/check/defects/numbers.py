"""What can be wrong with the numbers that name things."""

from kiwi_cli.check.defects.defect import error, note, warning

NUMBER_LENGTH = warning(
    "number_length",
    "Nummern ungleicher Länge: führende Nullen verloren?",
    "Numbers of unequal length: leading zeros lost?",
    mend_de="Die übrigen Nummern dieser Art sind mit Nullen aufgefüllt. "
    "Als Text exportieren, nicht durch Excel.",
    mend_en="The other numbers of this kind are padded with zeros. Export as text, not through Excel.",
)
MANDANT_ZEROS = error(
    "mandant_zeros",
    "Ein Mandant mit und ohne führende Nullen",
    "A Mandant with and without leading zeros",
    mend_de="Das gälte als zwei Mandanten. Überall gleich schreiben.",
    mend_en="These would count as two Mandanten. Write it alike everywhere.",
)
REFERENCE_ALMOST = error(
    "reference_almost",
    "Ein Vertrag nennt eine Nummer, die es fast so gibt",
    "A lease names a number that is there almost alike",
    mend_de="Nur führende Nullen, Groß- und Kleinschreibung oder Leerzeichen unterscheiden sich. "
    "Gleich schreiben.",
    mend_en="Only leading zeros, case or blanks differ. Write both alike.",
)
SEPARATOR_IN_NUMBER = note(
    "separator_in_number",
    "Das Trennzeichen steht in Nummern",
    "The separator stands inside numbers",
    mend_de="Erlaubt, solange nicht zwei Sätze dieselbe Kennung bekommen (external_id_taken).",
    mend_en="Allowed, as long as no two records get the same id by it (external_id_taken).",
)
EXTERNAL_ID_TAKEN = error(
    "external_id_taken",
    "Zwei Sätze bekämen dieselbe Kennung in KIWI",
    "Two records would get the same external id in KIWI",
    mend_de="Der spätere käme nicht nach KIWI. Ein Trennzeichen wählen, das in keiner Nummer steht.",
    mend_en="The later one would not come to KIWI. Choose a separator that is in no number.",
)
EXCEL_ARTEFACT = error(
    "excel_artefact",
    "Ein Wert ist von Excel verändert",
    "A value that Excel has changed",
    mend_de="1,23E+05, #NV, #BEZUG! oder 4711.0 statt des Werts. "
    "Die Spalte als Text formatieren und neu exportieren.",
    mend_en="1,23E+05, #NV, #REF! or 4711.0 in place of the value. "
    "Format the column as text, and export again.",
)
EXCEL_DATE = error(
    "excel_date",
    "Aus einer Nummer hat Excel ein Datum gemacht",
    "Excel has made a date of a number",
    mend_de="Aus 1-3 wird „01. Mrz“. Die Spalte als Text formatieren und neu exportieren.",
    mend_en="1-3 becomes “01. Mrz”. Format the column as text, and export again.",
)
