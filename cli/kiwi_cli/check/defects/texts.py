"""What can be wrong with texts, whatever they say."""

from kiwi_cli.check.defects.defect import warning

LOST_UMLAUT = warning(
    "lost_umlaut",
    "Verlorene Umlaute: ? oder � mitten im Wort",
    "Lost umlauts: ? or � inside a word",
    mend_de="Die Zeichen sind beim Export verloren. Mit Zeichensatz UTF-8 oder Windows-1252 neu exportieren.",
    mend_en="The characters were lost in the export. Export again in UTF-8 or Windows-1252.",
)
MOJIBAKE = warning(
    "mojibake",
    "Verstümmelte Umlaute: Ã¼ statt ü",
    "Garbled umlauts: Ã¼ for ü",
    mend_de="Der Export wurde mit dem falschen Zeichensatz gelesen. "
    "Zeichensatz im ERP oder im Feldmapping richtigstellen.",
    mend_en="The export was read in the wrong encoding. Set the encoding right in the ERP or in the mapping.",
)
HTML_ENTITY = warning(
    "html_entity",
    "HTML-Zeichen wie &uuml; im Text",
    "HTML entities such as &uuml; in a text",
    mend_de="Den Export ohne HTML schreiben.",
    mend_en="Write the export without HTML.",
)
ODD_WHITESPACE = warning(
    "odd_whitespace",
    "Doppelte oder unsichtbare Leerzeichen im Text",
    "Double or invisible blanks inside a text",
    mend_de="Tabulatoren, Zeilenumbrüche, geschützte und doppelte Leerzeichen im ERP entfernen.",
    mend_en="Remove tabs, line breaks, no-break and double blanks in the ERP.",
)
NULL_AS_TEXT = warning(
    "null_as_text",
    "„NULL“, „k.A.“ oder „-“ statt eines leeren Felds",
    "“NULL”, “k.A.” or “-” for an empty field",
    mend_de="Das Feld leer lassen: So gilt der Text als Wert.",
    mend_en="Leave the field empty: as it is, the text counts as a value.",
)
QUOTES_AROUND = warning(
    "quotes_around",
    "Anführungszeichen um einen Wert",
    "Quotes around a value",
    mend_de="Sie gehören zur CSV-Schreibweise, nicht zum Wert. Den Export berichtigen.",
    mend_en="They belong to the notation of CSV, not to the value. Correct the export.",
)
EMAIL_ELSEWHERE = warning(
    "email_elsewhere",
    "Eine E-Mail-Adresse in einem anderen Feld",
    "An e-mail address in another field",
    mend_de="Vielleicht sind Spalten verrutscht. Die Adresse gehört nach `email`.",
    mend_en="Columns may have slipped. The address belongs into `email`.",
)
