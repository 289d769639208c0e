"""The words of plans and local reports in both languages: what their codes mean."""

from kiwi_cli.check.words import reason_words
from kiwi_cli.pages import Text

_MEANINGS = {
    "gone": Text("im ERP nicht mehr da", "no longer in the ERP"),
    "waiting": Text("wartet auf anderes", "waits for something else"),
    "address_incomplete": Text("ohne Adresse: unvollständig", "without an address: incomplete"),
    "address_not_accepted": Text("ohne Adresse: KIWI nimmt sie nicht", "without an address: KIWI refuses it"),
    "doors_removed": Text(
        "Einheit aus KIWI gelöscht, ihre Türen sind gemerkt", "unit deleted from KIWI, its doors remembered"
    ),
    "doors_not_restored": Text(
        "Türen der Einheit fehlen in KIWI: dort wieder zuordnen",
        "doors of the unit are missing in KIWI: assign them there",
    ),
    "former_id_deleted": Text(
        "mit einer Kennung ohne Organisation gelöscht", "deleted under an id without the organization"
    ),
    "login_refused": Text(
        "KIWI lehnt die Anmeldung ab, nichts kommt an: Benutzername und Passwort prüfen",
        "KIWI refuses the log-in, and nothing reaches it: check user name and password",
    ),
    "organization_forbidden": Text(
        "Das Konto darf die Daten der Organisation nicht ändern, nichts kommt an:"
        " von KIWI ein Konto dieser Organisation geben lassen",
        "the account may not change the organization's data, and nothing reaches KIWI:"
        " ask KIWI for an account of this organization",
    ),
    "organization_unknown": Text(
        "KIWIs ERP-Schnittstelle kennt die Organisation noch nicht, nichts kommt an:"
        " von KIWI freischalten lassen",
        "KIWI's ERP API does not know the organization yet, and nothing reaches it: ask KIWI to set it up",
    ),
    "coordinates_kept": Text("KIWI behält andere Koordinaten", "KIWI keeps other coordinates"),
    "removed": Text("im Export nicht mehr da", "no longer in the export"),
    "deselected": Text("Mandant nicht mehr ausgewählt", "Mandant no longer selected"),
    "tenant_dropped": Text("Vertrag nennt den Mieter nicht mehr", "the lease no longer names the tenant"),
    "unit_gone": Text("Vertrag zieht zu einer Einheit, die nicht da ist", "its new unit is not there"),
}


def meaning(code: str) -> Text:
    """What a code means, and the code itself; it alone if it is not known."""
    if code in _MEANINGS:
        words = _MEANINGS[code]
        return Text(f"{words.de} ({code})", f"{words.en} ({code})")
    words = reason_words(code)
    return Text(code, code) if words.de == f"{code} ({code})" else words
