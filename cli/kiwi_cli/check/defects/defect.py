"""What a defect is."""

from dataclasses import dataclass
from enum import StrEnum

from kiwi_cli.pages import Text


class Severity(StrEnum):
    """How grave: errors and warnings make `check` end with 1, notes do not."""

    ERROR = "error"
    """Something does not come to KIWI as it is meant, or a wrong person could open a door."""
    WARNING = "warning"
    """Probably wrong."""
    NOTE = "note"
    """Usual, and worth to know."""


@dataclass(frozen=True)
class Defect:
    """A kind of defect. `remedy` also says what follows from it."""

    code: str
    severity: Severity
    title: Text
    remedy: Text


def error(code: str, de: str, en: str, *, mend_de: str, mend_en: str) -> Defect:
    """A defect by which something does not come to KIWI as it is meant."""
    return Defect(code, Severity.ERROR, Text(de, en), Text(mend_de, mend_en))


def warning(code: str, de: str, en: str, *, mend_de: str, mend_en: str) -> Defect:
    """What is probably wrong."""
    return Defect(code, Severity.WARNING, Text(de, en), Text(mend_de, mend_en))


def note(code: str, de: str, en: str, *, mend_de: str, mend_en: str) -> Defect:
    """What is usual, and worth to know."""
    return Defect(code, Severity.NOTE, Text(de, en), Text(mend_de, mend_en))
