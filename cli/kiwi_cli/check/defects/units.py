"""What can be wrong with Verwaltungseinheiten (rental units)."""

from kiwi_cli.check.defects.defect import error, note, warning

COORDINATES_MISSING = warning(
    "coordinates_missing",
    "Einheit mit Anschrift, aber ohne Koordinaten",
    "A unit with an address, but without coordinates",
    mend_de="KIWI bekäme die Einheit ohne Anschrift. Breite und Länge ergänzen.",
    mend_en="KIWI would get the unit without its address. Add latitude and longitude.",
)
STATE_MISSING = warning(
    "state_missing",
    "Einheit mit Anschrift, aber ohne Bundesland",
    "A unit with an address, but without Bundesland",
    mend_de="KIWI bekäme die Einheit ohne Anschrift. Das Bundesland ergänzen.",
    mend_en="KIWI would get the unit without its address. Add the Bundesland.",
)
ADDRESS_INCOMPLETE = warning(
    "address_incomplete",
    "Anschrift unvollständig",
    "Address incomplete",
    mend_de="KIWI bekäme die Einheit ohne Anschrift. Straße, PLZ und Ort ergänzen.",
    mend_en="KIWI would get the unit without its address. Complete strasse, plz and ort.",
)
ADDRESS_NONE = note(
    "address_none",
    "Einheit ganz ohne Anschrift",
    "A unit without any address",
    mend_de="KIWI bekommt sie ohne Anschrift. Das kann so gewollt sein, etwa bei Stellplätzen.",
    mend_en="KIWI gets it without one. That may be meant, as for parking spaces.",
)
COUNTRY_ODD = warning(
    "country_odd",
    "Land ist kein Kürzel aus zwei Buchstaben",
    "Land is not a code of two letters",
    mend_de="KIWI bekäme die Einheit ohne Anschrift. `DE` statt `Deutschland` oder `D`.",
    mend_en="KIWI would get the unit without its address. `DE`, not `Deutschland` or `D`.",
)
PLZ_ODD = warning(
    "plz_odd",
    "PLZ ohne fünf Ziffern oder zu lang",
    "A PLZ without five digits, or too long",
    mend_de="Fehlt einer deutschen die führende Null, die Spalte als Text exportieren: 01067. "
    "Mit über 10 Zeichen bekäme KIWI die Einheit ohne Anschrift.",
    mend_en="If a German one lacks its leading zero, export the column as text: 01067. "
    "With more than 10 characters KIWI would get the unit without its address.",
)
ADDRESS_TOO_LONG = warning(
    "address_too_long",
    "Straße, Ort oder Bundesland mit über 255 Zeichen",
    "A street, ort or bundesland of over 255 characters",
    mend_de="KIWI bekäme die Einheit ohne Anschrift. Kürzen; die Hausnummer zählt zur Straße.",
    mend_en="KIWI would get the unit without its address. Shorten it; the house number counts, too.",
)
PLZ_IN_ORT = warning(
    "plz_in_ort",
    "Die PLZ steht im Feld Ort",
    "The PLZ stands in the field ort",
    mend_de="PLZ und Ort trennen.",
    mend_en="Part PLZ and ort.",
)
STATE_ODD = warning(
    "state_odd",
    "Unbekanntes Bundesland",
    "An unknown Bundesland",
    mend_de="Einen der 16 Namen oder deren Kürzel verwenden.",
    mend_en="Use one of the sixteen names, or their codes.",
)
COORDINATES_SWAPPED = error(
    "coordinates_swapped",
    "Breite und Länge vertauscht",
    "Latitude and longitude swapped",
    mend_de="In Deutschland liegt die Breite zwischen 47 und 55, die Länge zwischen 6 und 15.",
    mend_en="In Germany latitude lies between 47 and 55, longitude between 6 and 15.",
)
COORDINATES_ZERO = error(
    "coordinates_zero",
    "Koordinaten 0/0",
    "Coordinates 0/0",
    mend_de="Das liegt vor Afrika. Das Feld leer lassen oder die richtigen Koordinaten eintragen.",
    mend_en="That lies off Africa. Leave the field empty, or enter the right coordinates.",
)
COORDINATES_OUTSIDE = warning(
    "coordinates_outside",
    "Koordinaten liegen nicht im angegebenen Land",
    "Coordinates do not lie in the country that is named",
    mend_de="Koordinaten in Grad angeben (WGS 84) oder das Land berichtigen.",
    mend_en="Give the coordinates in degrees (WGS 84), or correct the land.",
)
COORDINATES_SHARED = warning(
    "coordinates_shared",
    "Verschiedene Anschriften auf demselben Punkt",
    "Different addresses on the same point",
    mend_de="Wohl nur der Mittelpunkt des Orts. Koordinaten des Hauses eintragen.",
    mend_en="Probably the middle of the town only. Enter the coordinates of the house.",
)
HOUSE_NUMBER_IN_STREET = note(
    "house_number_in_street",
    "Die Hausnummer steht im Feld Straße",
    "The house number stands in the field strasse",
    mend_de="KIWI bekommt sie trotzdem. Besser nach `hausnummer` trennen.",
    mend_en="KIWI gets it all the same. Better put it into `hausnummer`.",
)
HOUSE_NUMBER_TWICE = warning(
    "house_number_twice",
    "Die Hausnummer steht in Straße und Hausnummer",
    "The house number stands in strasse and hausnummer",
    mend_de="In KIWI stünde sie doppelt. Aus `strasse` entfernen.",
    mend_en="In KIWI it would stand twice. Remove it from `strasse`.",
)
HOUSE_NUMBER_MISSING = warning(
    "house_number_missing",
    "Anschrift ohne Hausnummer",
    "An address without a house number",
    mend_de="Die Hausnummer ergänzen.",
    mend_en="Add the house number.",
)
UNIT_NAME_TWICE = note(
    "unit_name_twice",
    "Gleich benannte Einheiten im selben Haus",
    "Units of the same name in the same house",
    mend_de="In KIWI sind sie kaum zu unterscheiden. Etwa die Lage in `bezeichnung` aufnehmen.",
    mend_en="In KIWI they are hard to tell apart. Put the position into `bezeichnung`, say.",
)
