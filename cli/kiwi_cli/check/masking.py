"""Hides what stands in place of a number and is none: names get there if columns have slipped."""

import re

_PERSONAL = re.compile(r"@|(?=.*[^\W\d_]).*\s")


def masked(key: str) -> str:
    """A key without those of its parts that look like an address or a name, of which the length remains."""
    parts = key.split("/")
    return "/".join(f"[Text: {len(part)}]" if _PERSONAL.search(part) else part for part in parts)
