"""The words of plans and local reports in both languages: the meaning of their codes."""

from kiwi_cli.pages import Text
from kiwi_cli.texts import Meaning, codes


def meaning(code: str) -> Text:
    """The meaning of a code, and the code itself; it alone if it is not known."""
    texts = _texts(code)
    return Text(code, code) if texts is None else Text(f"{texts.de} ({code})", f"{texts.en} ({code})")


def _texts(code: str) -> Meaning | None:
    known = codes()
    kinds = (known.notices, known.reasons, known.losses, known.problems, known.rejected_later)
    return next((kind[code] for kind in kinds if code in kind), known.rejected_records.get(code))
