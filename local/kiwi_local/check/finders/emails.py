"""E-mail addresses that will not reach their tenant, or that somebody else reads."""

import re
from collections.abc import Iterator
from functools import lru_cache

from kiwi_sync.erp.models import Mieter
from kiwi_sync.rules.reasons import Reason

from kiwi_local.check.defects import Defect, tenants
from kiwi_local.check.finders.providers import is_disposable, is_typo
from kiwi_local.check.seen import Flaw

_PHONE = re.compile(r"(?:tel\.?:?\s*)?[+(]?[\d\s()/.+-]{5,}", re.ASCII | re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@;,]@[^\s@;,]")
_PLACEHOLDER = re.compile(
    r"(?:keine?|ohne|no|kein[_.-]?e?-?mail|keine[_.-]?(?:e-?mail|angabe|adresse|mail)|no[_.-]?(?:e-?mail|mail|reply)"
    r"|do[_.-]?not[_.-]?reply|noreply|tests?|tester|unbekannt|unknown|dummy|fehlt|leer|nobody|null|none|x+|asdf"
    r"|platzhalter)\d*"
)
_PLACEHOLDER_LABELS = frozenset(
    {"keine", "kein", "nomail", "noemail", "noreply", "test", "xxx", "xx", "dummy"}
)
_OFFICE = re.compile(
    r"(?:info|office|kontakt|contact|verwaltung|hausverwaltung|vermietung|post|service|buchhaltung|zentrale|empfang"
    r"|sekretariat|hausmeister|admin|webmaster|postmaster|mieterservice|rechnung|team|mailbox|poststelle)\d*"
)
_TELLING = 6
"""Letters of a name from which on it is hardly a provider's by chance."""
_LANDLORD = (
    "hausverwaltung",
    "immobilienverwaltung",
    "wohnungsverwaltung",
    "wohnungsbaugesellschaft",
    "mietverwaltung",
)


def email_flaws(mieter: Mieter, email: str | Reason, connection: str) -> Iterator[Flaw]:
    """What is wrong with a tenant's address. `email`: the one that counts, or why none does."""
    field = mieter.email or ""
    if len(_ADDRESS.findall(field)) > 1:
        yield Flaw(tenants.EMAIL_SEVERAL, "email", field)
    defects = _none(field, email) if isinstance(email, Reason) else _doubtful(mieter, email, connection)
    yield from (Flaw(defect, "email", field) for defect in defects)


def _none(field: str, reason: Reason) -> Iterator[Defect]:
    """Why no address counts, though there is something."""
    if reason is Reason.PLACEHOLDER_EMAIL:
        yield tenants.EMAIL_BLOCKED
    elif reason is Reason.INVALID_EMAIL:
        yield tenants.EMAIL_IS_PHONE if _PHONE.fullmatch(field) else tenants.EMAIL_INVALID


def _doubtful(mieter: Mieter, email: str, connection: str) -> Iterator[Defect]:
    """Whether an address reaches somebody else, or nobody."""
    local, _, domain = email.rpartition("@")
    if is_typo(domain):
        yield tenants.EMAIL_TYPO
    if not local.isascii():
        yield tenants.EMAIL_NOT_ASCII
    if is_placeholder(email):
        yield tenants.EMAIL_PLACEHOLDER
    elif is_landlord(domain, connection):
        yield tenants.EMAIL_OF_LANDLORD
    elif _OFFICE.fullmatch(local) and not mieter.firma:
        yield tenants.EMAIL_OF_OFFICE
    elif is_disposable(domain):
        yield tenants.EMAIL_DISPOSABLE


def is_placeholder(email: str) -> bool:
    """Whether an address is one that is entered where there is none."""
    local, _, domain = email.rpartition("@")
    return bool(_PLACEHOLDER.fullmatch(local)) or domain.split(".")[-2] in _PLACEHOLDER_LABELS


@lru_cache(maxsize=4096)
def is_landlord(domain: str, connection: str) -> bool:
    """Whether a domain is that of the company whose tenants these are, as far as its name tells."""
    label = _plain(domain.rpartition(".")[0])
    own = _plain(connection)
    return (label == own and len(own) >= _TELLING) or any(word in label for word in _LANDLORD)


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())
