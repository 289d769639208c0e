"""Which e-mail address of the ERP's field counts."""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from kiwi_sync.rules.reasons import Reason


def choose_email(field: str | None) -> str | Reason:
    """The address to synchronize, lower case, or why there is none.

    Of several, separated by `;` or `,`, the first valid one counts. Validity is what KIWI checks:
    `email-validator` without DNS look-up; special-use domains such as `.test` are refused.
    """
    candidates = [part.strip().lower() for part in re.split("[;,]", field or "")]
    candidates = [part for part in candidates if part]
    if not candidates:
        return Reason.NO_EMAIL
    for candidate in candidates:
        normalized = _normalized(candidate)
        if normalized is not None:
            return normalized
    return Reason.INVALID_EMAIL


@lru_cache(maxsize=1024)
def _normalized(candidate: str) -> str | None:
    try:
        return validate_email(candidate, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None
