"""Chooses the address to synchronize from the ERP's e-mail field."""

import re
from collections.abc import Collection
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from kiwi_sync.rules.reasons import Reason

LOCAL_PART_LENGTH = 64
"""Characters before the @."""


def choose_email(field: str | None, blocked: Collection[str] = ()) -> str | Reason:
    """The address to synchronize, in lower case and in KIWI's form, or the reason for having none.

    The first valid address that is not `blocked` counts; `;` or `,` separate them. Validity is what KIWI
    checks: `email-validator` 2.1.0 without DNS look-up; special-use domains such as `.test` are refused, and
    more than 64 characters before the @, which newer versions let pass (KIWI API, as observed).
    """
    candidates = [part.strip().lower() for part in re.split("[;,]", field or "")]
    candidates = [part for part in candidates if part]
    if not candidates:
        return Reason.NO_EMAIL
    reason = Reason.INVALID_EMAIL
    for candidate in candidates:
        normalized = _normalized(candidate)
        if normalized is not None:
            if not is_blocked(normalized, blocked):
                return normalized
            reason = Reason.PLACEHOLDER_EMAIL
    return reason


def is_blocked(address: str, blocked: Collection[str]) -> bool:
    """Whether an address, or a domain above it, is among `blocked`. All are normalized as here."""
    if not blocked:
        return False
    parts = address.rpartition("@")[2].split(".")
    domains = ("@" + ".".join(parts[first:]) for first in range(len(parts)))
    return address in blocked or any(domain in blocked for domain in domains)


def blockable(entry: str) -> str:
    """An entry to block, normalized: an address, or `@` and a domain, which includes its subdomains.

    Raises:
        ValueError: the entry is neither.
    """
    text = entry.strip().lower()
    domain = text.startswith("@")
    normalized = _normalized(f"x{text}" if domain else text)
    if normalized is None:
        raise ValueError("neither an e-mail address nor @ and a domain, such as @hausverwaltung.de")
    return normalized.removeprefix("x") if domain else normalized


@lru_cache(maxsize=1024)
def _normalized(candidate: str) -> str | None:
    """The address in the form that KIWI keeps and returns; None if KIWI would refuse it."""
    try:
        checked = validate_email(candidate, check_deliverability=False)
    except EmailNotValidError:
        return None
    # The domain stays as it is: KIWI keeps the capitals of a few letters there.
    local_part = checked.local_part.lower()
    return f"{local_part}@{checked.domain}" if len(local_part) <= LOCAL_PART_LENGTH else None
