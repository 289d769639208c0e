"""E-mail addresses that will not reach their tenant, or that somebody else reads."""

import re
from collections.abc import Iterator
from functools import lru_cache

from kiwi_sync.erp.models import Mieter
from kiwi_sync.rules.reasons import Reason

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.finders.names import is_firm
from kiwi_cli.check.finders.providers import is_disposable, is_typo
from kiwi_cli.check.finders.texts import is_null
from kiwi_cli.check.seen import Flaw

_PHONE = re.compile(r"(?:tel\.?:?\s*)?[+(]?[\d\s()/.+-]{5,}", re.ASCII | re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@;,/<>]+@[^\s@;,/<>]+")
_PLACEHOLDER = re.compile(
    r"(?:keine?(?:[_.-]?(?:e?-?mail|angabe|adresse))?|no(?:[_.-]?(?:e?-?mail|reply))?|do[_.-]?not[_.-]?reply|ohne"
    r"|nicht[_.-]?vorhanden|tests?|tester|unbekannt|unknown|dummy|fehlt|niemand|nobody|none|mieter|x{2,}|asdf"
    r"|platzhalter)\d*"
)
"""Not null and leer: people are called so."""
_PLACEHOLDER_LABELS = frozenset(
    {"keine", "kein", "nomail", "noemail", "noreply", "test", "xxx", "xx", "dummy"}
)
_OFFICE = re.compile(
    r"(?:info|office|kontakt|contact|verwaltung|hausverwaltung|vermietung|post|service|buchhaltung|zentrale|empfang"
    r"|sekretariat|hausmeister|admin|webmaster|postmaster|mieterservice|rechnung|team|mailbox|poststelle)\d*"
)
_TELLING = 6
"""Letters of a name from which on it is hardly a provider's by chance."""
_PART = 4
"""Letters from which on a name within a longer one is hardly there by chance."""
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_LANDLORD = (
    "hausverwaltung",
    "immobilienverwaltung",
    "wohnungsverwaltung",
    "wohnungsbaugesellschaft",
    "mietverwaltung",
)


def email_flaws(mieter: Mieter, email: str | Reason, connection: str) -> Iterator[Flaw]:
    """The flaws of a tenant's address. `email`: the one that counts, or why none does."""
    field = mieter.email or ""
    if len({address.lower() for address in _ADDRESS.findall(field)}) > 1:
        yield Flaw(Defect.EMAIL_SEVERAL, "email", field)
    defects = _none(field, email) if isinstance(email, Reason) else _doubtful(mieter, email, connection)
    yield from (Flaw(defect, "email", field) for defect in defects)


def _none(field: str, reason: Reason) -> Iterator[Defect]:
    """Why no address counts, though there is something."""
    if reason is Reason.PLACEHOLDER_EMAIL:
        yield Defect.EMAIL_BLOCKED
    elif reason is Reason.INVALID_EMAIL and not is_null(field):  # that is told of as a text
        yield Defect.EMAIL_IS_PHONE if _PHONE.fullmatch(field) else Defect.EMAIL_INVALID


def _doubtful(mieter: Mieter, email: str, connection: str) -> Iterator[Defect]:
    """Whether an address reaches somebody else, or nobody."""
    local, _, domain = email.rpartition("@")
    if is_typo(domain):
        yield Defect.EMAIL_TYPO
    if not local.isascii() and "\ufffd" not in local:
        yield Defect.EMAIL_NOT_ASCII
    if is_placeholder(email):
        yield Defect.EMAIL_PLACEHOLDER
    elif _is_own(domain, connection) or (_is_landlord(domain) and not _is_firm(mieter)):
        yield Defect.EMAIL_OF_LANDLORD
    elif _OFFICE.fullmatch(local) and not _is_firm(mieter) and not _bears(domain, mieter.nachname or ""):
        yield Defect.EMAIL_OF_OFFICE
    elif is_disposable(domain):
        yield Defect.EMAIL_DISPOSABLE


def is_placeholder(email: str) -> bool:
    """Whether an address is one that is entered where there is none."""
    local, _, domain = email.rpartition("@")
    return bool(_PLACEHOLDER.fullmatch(local)) or domain.split(".")[-2] in _PLACEHOLDER_LABELS


@lru_cache(maxsize=4096)
def _is_own(domain: str, connection: str) -> bool:
    """Whether a domain is that of the company whose tenants these are, or in it, as far as its name tells."""
    own = _plain(connection)
    labels = domain.split(".")[:-1]
    return len(own) >= _TELLING and any(_plain(".".join(labels[n:])) == own for n in range(len(labels)))


@lru_cache(maxsize=4096)
def _is_landlord(domain: str) -> bool:
    """Whether a domain is some property manager's."""
    label = _plain(domain.rpartition(".")[0])
    return any(word in label for word in _LANDLORD)


def _is_firm(mieter: Mieter) -> bool:
    return bool(mieter.firma) or is_firm(mieter.nachname or "")


def _bears(domain: str, name: str) -> bool:
    """Whether a domain is called like a person, who is then probably the only one to read its mail."""
    label = _plain(domain.rpartition(".")[0])
    parts = {_plain(part) for part in re.split("[.-]", domain)[:-1]}
    words = {_plain(word) for word in re.split(r"[\s-]+", name)}
    return bool(words & parts - {""}) or any(len(word) >= _PART and word in label for word in words)


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower().translate(_SPELT_OUT))
