"""How much is tried: what a change needs (`make test`), or all there is (`make test FULL=1`)."""

import os

FULL = os.environ.get("FULL", "") not in {"", "0"}
"""The one place where this is read."""


def extent(brief: int, full: int) -> int:
    """How many: of records, histories or examples."""
    return full if FULL else brief
