"""The words of a plan's page in both languages: what its codes mean."""

from kiwi_local.check.words import reason_words
from kiwi_local.pages import Text

_MEANINGS = {
    "gone": Text("im ERP nicht mehr da", "no longer in the ERP"),
    "waiting": Text("wartet auf anderes", "waits for something else"),
    "address_incomplete": Text("ohne Adresse: unvollständig", "without an address: incomplete"),
    "address_not_accepted": Text("ohne Adresse: KIWI nimmt sie nicht", "without an address: KIWI refuses it"),
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
