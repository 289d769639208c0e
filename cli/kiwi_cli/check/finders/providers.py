"""The providers that most tenants have their addresses from, and how their names are mistyped."""

from functools import lru_cache

_LABELS = (
    "gmail",
    "googlemail",
    "t-online",
    "yahoo",
    "hotmail",
    "outlook",
    "icloud",
    "freenet",
    "vodafone",
    "mailbox",
)
_REAL = frozenset((*_LABELS, "email", "ymail", "mail", "online", "cloud"))
"""Names that are no mistyped ones, though they look like it."""
_TYPOS = frozenset(
    [
        "gmail.de",
        "wed.de",
        "wbe.de",
        "webb.de",
        "weeb.de",
        "web.d",
        "gxm.de",
        "gmx.d",
        "gmxx.de",
        "gmx.dee",
        "gmx.ed",
        "gmy.de",
        "gnx.de",
        "tonline.de",
        "t-online.com",
        "aol.cm",
        "yaho.de",
        "live.d",
        "t-onlien.de",
        "t-oline.de",
    ]
)
_TOP_LEVELS = frozenset(
    {"con", "cmo", "ocm", "comm", "coom", "dee", "ded", "ed", "den", "nett", "ner", "cpm", "vom"}
)
_DISPOSABLE = frozenset(
    [
        "mailinator.com",
        "trashmail.com",
        "trashmail.de",
        "wegwerfemail.de",
        "wegwerfmail.de",
        "10minutemail.com",
        "guerrillamail.com",
        "yopmail.com",
        "temp-mail.org",
        "tempmail.com",
        "sharklasers.com",
        "byom.de",
        "spoofmail.de",
    ]
)


@lru_cache(maxsize=65536)
def is_typo(domain: str) -> bool:
    """Whether a domain is probably a provider's, mistyped."""
    label, _, top_level = domain.rpartition(".")
    if domain in _TYPOS or top_level in _TOP_LEVELS:
        return True
    return label not in _REAL and any(_near(label, real) for real in _LABELS)


def is_disposable(domain: str) -> bool:
    """Whether a domain is one of those that give anybody an address for minutes."""
    return domain in _DISPOSABLE


def _near(one: str, other: str) -> bool:
    """Whether a letter too many, too few, wrong, or two in the wrong order make the difference."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[start:], other[start:]
    swapped = a[:2] == b[:2][::-1] and a[2:] == b[2:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or swapped
