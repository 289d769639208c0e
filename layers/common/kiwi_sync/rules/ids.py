"""Ids in KIWI, derived from the ERP's numbers.

Facts: `id` matches `^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`, `external_id` is free text
(KIWI API, as observed).
"""

import base64
import json
import re
from collections.abc import Sequence
from hashlib import sha256

KIWI_ID_LENGTH = 63
SEPARATORS = ("-", "_", ".", "/", "|")
_PLAIN = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", re.ASCII)


def external_id(separator: str, *numbers: str) -> str:
    """The composite id: always the plain join, even if a number itself contains the separator."""
    return separator.join(numbers)


def ambiguous(*numbers: str) -> bool:
    """Whether another record could have, or could have had, the same external id.

    Two different splits of one text at k places: if no number of the one contains the separator, the text
    contains it exactly k times, so no number of the other does, and both splits are the same. Every
    separator counts, not only the present one: while a new separator spreads, old ids are still there.
    """
    return any(separator in number for number in numbers for separator in SEPARATORS)


def kiwi_id(organization: str, numbers: Sequence[str]) -> str:
    """The `id` in KIWI: allowed characters and length for any numbers, injective, without the separator.

    The organization's id is part of it, since KIWI deletes a tenant's or an agreement's id in every
    organization (KIWI API, as observed), and two housing companies may use the same numbers.

    Plain numbers stay readable, joined by `--`, which no plain number contains:
    `42--0001--100-0001-03--4711`. Anything else becomes `x` and the base32 of a SHA-256, which contains no
    dash and so is never a readable id (which has two parts at least).
    """
    return former_kiwi_id((organization, *numbers))


def former_kiwi_id(numbers: Sequence[str]) -> str:
    """The `id` given by earlier releases, without the organization.

    Existing objects keep it. No id with an organization equals one without, of the same kind: it has one part
    more, or is the hash of one more.
    """
    readable = "--".join(numbers)
    if len(numbers) > 1 and len(readable) <= KIWI_ID_LENGTH and all(map(_PLAIN.fullmatch, numbers)):
        return readable
    exact = json.dumps(list(numbers), ensure_ascii=False).encode("utf-8", "surrogatepass")
    digest = sha256(exact).digest()
    return "x" + base64.b32encode(digest).decode("ascii").rstrip("=").lower()
