"""Names of tenants that are none, or more than one."""

import re
from collections.abc import Iterator

from kiwi_sync.erp.models import Mieter

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.seen import Flaw

_WORD = r"(?:herrn?|frau|familie|fam\.?|eheleute|ehel\.|hr\.|fr\.|firma|fa\.)"
_SALUTATION = re.compile(rf"{_WORD}\s.*|(?:fam|ehel|hr|fr|fa)\.[^\W\d_].*|.*,\s*{_WORD}", re.IGNORECASE)
_SALUTATION_ALONE = re.compile(_WORD, re.IGNORECASE)
# Not c/o, and not the & of a practice or a business.
_SEVERAL = re.compile(
    r"(?<!\bvon)\s(?:und|u\.|\+|&|sowie)\s(?!(?:partner|söhne|co)\b)|(?<!\bc)/|/(?!o\b)", re.IGNORECASE
)
_FIRM = re.compile(
    r"\b(?:gmbh|mbh|mbb|ag|kg|kgaa|ohg|ug|gbr|e\.\s?v\.|e\.\s?g\.|e\.\s?k\.|(?-i:e[GVK]))(?:\s|$|\))",
    re.IGNORECASE,
)
_PLACEHOLDERS = frozenset(
    [
        "unbekannt",
        "leerstand",
        "leer stehend",
        "n.n.",
        "n. n.",
        "nn",
        "test",
        "dummy",
        "xxx",
        "xx",
        "x",
        "vakant",
        "diverse",
        "div.",
        "?",
        "platzhalter",
        "unvermietet",
        "nicht vermietet",
        "mieter",
        "neuer mieter",
        "nachmieter",
    ]
)


def name_flaws(mieter: Mieter) -> Iterator[Flaw]:
    """The flaws of a tenant's name."""
    person = {"vorname": mieter.vorname or "", "nachname": mieter.nachname or ""}
    if not any(person.values()):
        if not mieter.firma:
            yield Flaw(Defect.NAME_MISSING, "nachname", mieter.nachname)
    elif mieter.firma:
        yield Flaw(Defect.PERSON_AND_FIRM, "firma", mieter.firma)
    for field, name in (*person.items(), ("firma", mieter.firma or "")):
        if name.casefold() in _PLACEHOLDERS:
            yield Flaw(Defect.NAME_PLACEHOLDER, field, name)
    for field, name in person.items():
        yield from _person_flaws(field, name)
    name = person["nachname"]
    if "," in name and not person["vorname"] and not _SALUTATION.fullmatch(name):
        yield Flaw(Defect.NAME_IN_ONE_FIELD, "nachname", mieter.nachname)


def is_firm(name: str) -> bool:
    """Whether a last name is that of a firm."""
    return _FIRM.search(name) is not None


def _person_flaws(field: str, name: str) -> Iterator[Flaw]:
    # Herr and Frau are last names, too.
    if _SALUTATION.fullmatch(name) or (field == "vorname" and _SALUTATION_ALONE.fullmatch(name)):
        yield Flaw(Defect.SALUTATION_IN_NAME, field, name)
    firm = field == "nachname" and is_firm(name)
    if firm:
        yield Flaw(Defect.FIRM_AS_PERSON, field, name)
    elif _SEVERAL.search(name):
        yield Flaw(Defect.SEVERAL_PEOPLE, field, name)
    if not firm and any(letter.isdigit() for letter in name):
        yield Flaw(Defect.NAME_DIGITS, field, name)
