"""What can be wrong with Mieter (tenants): e-mail addresses and names."""

from kiwi_cli.check.defects.defect import error, note, warning

_NOT_IN_KIWI_DE = " So lange kommt der Mieter nicht nach KIWI."
_NOT_IN_KIWI_EN = " Until then the tenant does not come to KIWI."

EMAIL_INVALID = warning(
    "email_invalid",
    "E-Mail-Adresse ungültig",
    "E-mail address not valid",
    mend_de="Im ERP berichtigen." + _NOT_IN_KIWI_DE,
    mend_en="Correct it in the ERP." + _NOT_IN_KIWI_EN,
)
EMAIL_IS_PHONE = warning(
    "email_is_phone",
    "Telefonnummer im E-Mail-Feld",
    "A phone number in the e-mail field",
    mend_de="Die E-Mail-Adresse eintragen oder das Feld leeren." + _NOT_IN_KIWI_DE,
    mend_en="Enter the e-mail address, or clear the field." + _NOT_IN_KIWI_EN,
)
EMAIL_TYPO = warning(
    "email_typo",
    "Tippfehler im Anbieter der E-Mail-Adresse",
    "A typing error in the provider of the e-mail address",
    mend_de="Etwa gmial.com statt gmail.com: Die Einladung käme nicht an, oder bei Fremden. Berichtigen.",
    mend_en="Such as gmial.com for gmail.com: the invitation would not arrive, or at a stranger's. "
    "Correct it.",
)
EMAIL_NOT_ASCII = warning(
    "email_not_ascii",
    "Umlaut oder Sonderzeichen in der E-Mail-Adresse",
    "An umlaut or a special character in the e-mail address",
    mend_de="Fast kein Anbieter erlaubt das. Beim Mieter nachfragen.",
    mend_en="Hardly any provider allows that. Ask the tenant.",
)
EMAIL_SEVERAL = warning(
    "email_several",
    "Mehrere E-Mail-Adressen in einem Feld",
    "Several e-mail addresses in one field",
    mend_de="Nur die erste gültige zählt. Jeder Mieter sollte ein eigener Satz sein.",
    mend_en="Only the first valid one counts. Each tenant should be a record of its own.",
)
EMAIL_PLACEHOLDER = error(
    "email_placeholder",
    "Platzhalter statt einer E-Mail-Adresse",
    "A placeholder for an e-mail address",
    mend_de="Wer dieses Postfach liest, könnte Türen öffnen. Das Feld leer lassen.",
    mend_en="Whoever reads that mailbox could open doors. Leave the field empty.",
)
EMAIL_BLOCKED = note(
    "email_blocked",
    "Gesperrte E-Mail-Adresse",
    "A blocked e-mail address",
    mend_de="Die Einstellungen sperren sie (blocked_emails). Der Mieter braucht eine eigene Adresse.",
    mend_en="The settings block it (blocked_emails). The tenant needs an address of their own.",
)
EMAIL_OF_LANDLORD = error(
    "email_of_landlord",
    "E-Mail-Adresse der Hausverwaltung bei einem Mieter",
    "The property manager's own address at a tenant",
    mend_de="Wer dieses Postfach liest, könnte Türen öffnen. "
    "Das Feld leeren oder die Adresse des Mieters eintragen.",
    mend_en="Whoever reads that mailbox could open doors. Clear the field, or enter the tenant's address.",
)
EMAIL_OF_OFFICE = warning(
    "email_of_office",
    "Sammeladresse wie info@ bei einer Person",
    "A common mailbox such as info@ at a person",
    mend_de="Viele könnten dort mitlesen. Die eigene Adresse des Mieters eintragen.",
    mend_en="Many may read it. Enter the tenant's own address.",
)
EMAIL_DISPOSABLE = warning(
    "email_disposable",
    "Wegwerf-Adresse",
    "A disposable address",
    mend_de="Fremde können sie lesen. Eine dauerhafte Adresse eintragen.",
    mend_en="Strangers can read it. Enter a lasting address.",
)
EMAIL_SHARED = warning(
    "email_shared",
    "Mehrere Mieter mit derselben E-Mail-Adresse",
    "Several tenants with the same e-mail address",
    mend_de="Nur einer von ihnen kommt nach KIWI (email_taken). Jedem seine eigene Adresse geben.",
    mend_en="Only one of them comes to KIWI (email_taken). Give each an address of their own.",
)
EMAIL_SHARED_IN_LEASE = note(
    "email_shared_in_lease",
    "Mitmieter eines Vertrags teilen sich eine E-Mail-Adresse",
    "Tenants of one lease share an e-mail address",
    mend_de="Nur einer von ihnen kommt nach KIWI (email_taken). "
    "Sollen beide Zugang haben, je eine eigene Adresse eintragen.",
    mend_en="Only one of them comes to KIWI (email_taken). If both need access, enter an address for each.",
)
EMAIL_SHARED_BY_MANY = error(
    "email_shared_by_many",
    "Eine E-Mail-Adresse bei auffällig vielen Mietern",
    "One e-mail address at strikingly many tenants",
    mend_de="Sie gilt als Platzhalter: Keiner von ihnen kommt nach KIWI. Jedem seine eigene Adresse geben.",
    mend_en="It counts as a placeholder: none of them comes to KIWI. Give each an address of their own.",
)
SAME_PERSON_TWICE = warning(
    "same_person_twice",
    "Dieselbe Person unter mehreren Nummern",
    "The same person under several numbers",
    mend_de="Gleicher Name, gleiche Adresse: Nur eine Nummer kommt nach KIWI. "
    "Die Sätze im ERP zusammenführen.",
    mend_en="The same name, the same address: only one number comes to KIWI. Unite the records in the ERP.",
)
SALUTATION_IN_NAME = warning(
    "salutation_in_name",
    "Anrede im Namensfeld",
    "A salutation in a name field",
    mend_de="Herr, Frau, Familie, Eheleute stünden in KIWI als Name. In ein eigenes Feld.",
    mend_en="Herr, Frau, Familie, Eheleute would stand in KIWI as a name. Put it into a field of its own.",
)
SEVERAL_PEOPLE = warning(
    "several_people",
    "Mehrere Personen in einem Satz",
    "Several people in one record",
    mend_de="Jede Person, die eine Tür öffnen soll, braucht einen eigenen Satz mit eigener E-Mail-Adresse.",
    mend_en="Each person who is to open a door needs a record of their own, with an address of their own.",
)
NAME_PLACEHOLDER = warning(
    "name_placeholder",
    "Platzhalter statt eines Namens",
    "A placeholder for a name",
    mend_de="„Leerstand“, „unbekannt“ oder „N.N.“ ist kein Mieter. Im Export weglassen.",
    mend_en="“Leerstand”, “unbekannt” or “N.N.” is no tenant. Leave it out of the export.",
)
NAME_MISSING = warning(
    "name_missing",
    "Weder Person noch Firma",
    "Neither a person nor a firm",
    mend_de="In KIWI stünde der Mieter ohne Namen. `nachname` oder `firma` füllen.",
    mend_en="In KIWI the tenant would have no name. Fill `nachname` or `firma`.",
)
NAME_DIGITS = warning(
    "name_digits",
    "Ziffern im Namen einer Person",
    "Digits in a person's name",
    mend_de="Vielleicht sind Spalten verrutscht, oder ein Vermerk steht im Namen.",
    mend_en="Columns may have slipped, or a remark stands in the name.",
)
NAME_IN_ONE_FIELD = warning(
    "name_in_one_field",
    "Vor- und Nachname in einem Feld",
    "First and last name in one field",
    mend_de="„Nachname, Vorname“ auf zwei Felder verteilen; das Feldmapping kann es (split).",
    mend_en="Part “last, first” into two fields; the mapping can do it (split).",
)
PERSON_AND_FIRM = note(
    "person_and_firm",
    "Person und Firma zugleich",
    "A person and a firm at once",
    mend_de="KIWI bekommt den Namen der Person; die Firma entfällt.",
    mend_en="KIWI gets the person's name; the firm is dropped.",
)
FIRM_AS_PERSON = note(
    "firm_as_person",
    "Firma im Feld Nachname",
    "A firm in the field nachname",
    mend_de="Nach `firma`, wenn das ERP es trennen kann. In KIWI ändert es nichts.",
    mend_en="Into `firma`, if the ERP can part them. In KIWI it changes nothing.",
)
TENANT_WITHOUT_LEASE = note(
    "tenant_without_lease",
    "Mieter ohne Mietvertrag",
    "A tenant without a lease",
    mend_de="Er käme nach KIWI, aber ohne Wohnung. Fehlt sein Vertrag im Export?",
    mend_en="They would come to KIWI, but without a flat. Is their lease missing in the export?",
)
MOVED_OUT = note(
    "moved_out",
    "Ausgezogen: alle Verträge des Mieters sind beendet",
    "Moved out: all leases of the tenant have ended",
    mend_de="Eingeschalteter Zugang bleibt an, solange die Verträge exportiert werden. Verträge und Mieter "
    "weglassen (im Delta: `geloescht`); dann wird KIWI gebeten, den Zugang zu entziehen.",
    mend_en="Access that is on stays on while their leases are exported. "
    "Leave leases and tenant out (in a delta: `geloescht`); then KIWI is asked to withdraw it.",
)
