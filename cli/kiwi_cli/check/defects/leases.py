"""What can be wrong with Mietverträge (leases)."""

from kiwi_cli.check.defects.defect import error, note, warning

LEASE_UNIT_UNKNOWN = error(
    "lease_unit_unknown",
    "Vertrag über eine Einheit, die im Export fehlt",
    "A lease of a unit that is not in the export",
    mend_de="Niemand bekäme dort Zugang (unit_unknown). "
    "Die Einheit exportieren oder den Vertrag berichtigen.",
    mend_en="Nobody would get access there (unit_unknown). Export the unit, or correct the lease.",
)
LEASE_TENANT_UNKNOWN = error(
    "lease_tenant_unknown",
    "Vertrag mit einem Mieter, der im Export fehlt",
    "A lease with a tenant who is not in the export",
    mend_de="Der Mieter bekäme keinen Zugang (tenant_not_synchronized). "
    "Ihn exportieren oder den Vertrag berichtigen.",
    mend_en="The tenant would get no access (tenant_not_synchronized). Export them, or correct the lease.",
)
NOT_HERE = note(
    "not_here",
    "Vertrag nennt, was in diesen Dateien nicht steht",
    "A lease names what is not in these files",
    mend_de="In Ordnung, wenn ein früherer Export oder eine andere Datei es bringt: "
    "von hier aus nicht zu sehen.",
    mend_en="In order, if an earlier export or another file brings it: that cannot be seen from here.",
)
LEASES_OVERLAP = warning(
    "leases_overlap",
    "Zwei Verträge derselben Einheit überschneiden sich",
    "Two leases of the same unit overlap",
    mend_de="Alte und neue Mieter könnten zugleich Zugang haben. Das Ende des älteren Vertrags eintragen; "
    "eingeschalteter Zugang geht erst, wenn dieser Vertrag nicht mehr exportiert wird.",
    mend_en="Old and new tenants may have access at once. Enter the end of the older lease; "
    "access that is on goes only when that lease is no longer exported.",
)
LEASE_RENEWED = note(
    "lease_renewed",
    "Zwei Verträge derselben Mieter über dieselbe Einheit überschneiden sich",
    "Two leases of the same tenants and unit overlap",
    mend_de="Eingeschalteter Zugang bleibt an, solange einer von beiden exportiert wird: KIWI handelt nicht "
    "nach dem Ende eines Vertrags. Den älteren weglassen, sobald der neuere exportiert wird.",
    mend_en="Access that is on stays on while either is exported: KIWI does not act on the end of a lease. "
    "Leave the older one out as soon as the newer one is exported.",
)
LEASE_TWICE = warning(
    "lease_twice",
    "Derselbe Vertrag unter zwei Nummern",
    "The same lease under two numbers",
    mend_de="Gleiche Einheit, gleicher Beginn, gleiche Mieter. Einen davon weglassen.",
    mend_en="The same unit, beginning and tenants. Leave one of them out.",
)
LEASE_ENDED = note(
    "lease_ended",
    "Vertrag ist beendet",
    "The lease has ended",
    mend_de="KIWI speichert das Ende und handelt nie danach: Eingeschalteter Zugang bleibt an. "
    "Den Vertrag weglassen (im Delta: `geloescht`); dann wird KIWI gebeten, den Zugang zu entziehen.",
    mend_en="KIWI stores the end and never acts on it: access that is on stays on. "
    "Leave the lease out (in a delta: `geloescht`); then KIWI is asked to withdraw it.",
)
LEASE_OF_A_DAY = note(
    "lease_of_a_day",
    "Vertrag über einen einzigen Tag",
    "A lease of a single day",
    mend_de="Oft ein Storno. Dann im Export weglassen.",
    mend_en="Often a cancelled one. Then leave it out of the export.",
)
LEASE_MANY_TENANTS = warning(
    "lease_many_tenants",
    "Vertrag mit auffällig vielen Mietern",
    "A lease with strikingly many tenants",
    mend_de="Jeder von ihnen bekäme einen Vertrag in KIWI. Vielleicht sind Verträge vermischt.",
    mend_en="Each of them would get an agreement in KIWI. Leases may be mixed up.",
)
TENANT_TWICE_IN_LEASE = note(
    "tenant_twice_in_lease",
    "Derselbe Mieter mehrfach in einem Vertrag",
    "The same tenant several times in a lease",
    mend_de="Zählt einmal.",
    mend_en="Counts once.",
)
DATE_DEFAULT = warning(
    "date_default",
    "Beginn ist ein Vorgabewert wie 01.01.1900",
    "The beginning is a default such as 01.01.1900",
    mend_de="Den wirklichen Beginn eintragen.",
    mend_en="Enter the real beginning.",
)
DATE_OLD = warning(
    "date_old",
    "Beginn vor 1900",
    "A beginning before 1900",
    mend_de="Wohl ein Tippfehler im Jahr.",
    mend_en="Probably a typing error in the year.",
)
DATE_FAR = warning(
    "date_far",
    "Beginn liegt weit in der Zukunft",
    "The beginning lies far in the future",
    mend_de="Über zwei Jahre voraus: wohl ein Tippfehler im Jahr.",
    mend_en="Over two years ahead: probably a typing error in the year.",
)
OPEN_END_ODD = warning(
    "open_end_odd",
    "Unbefristet als Datum geschrieben",
    "An open end written as a date",
    mend_de="`ende` leer lassen oder ein Datum im Jahr 9999: Andere ferne Daten gehen als solche nach KIWI.",
    mend_en="Leave `ende` empty, or write a date in 9999: other far dates go to KIWI as they are.",
)
