"""Reads codes.yaml: what each code means, and what to do about it, in German and English."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from kiwi_cli.pages import Text


class Severity(StrEnum):
    """How grave: errors and warnings make `check` end with 1, notes do not."""

    ERROR = "error"
    """Something does not come to KIWI as it is meant, or a wrong person could open a door."""
    WARNING = "warning"
    """Probably wrong."""
    NOTE = "note"
    """Usual, and worth to know."""


class Meaning(BaseModel):
    """The texts of a code. `remedy`: what to do, and what follows if nobody does."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    de: str
    en: str
    remedy: Text

    @property
    def title(self) -> Text:
        """The meaning, in both languages."""
        return Text(self.de, self.en)


class GradedMeaning(Meaning):
    """The texts of a code that `check` finds in an export."""

    severity: Severity


class Codes(BaseModel):
    """All codes, by their kind: a code may mean different things as a reason and as a loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rejected_records: dict[str, GradedMeaning]
    defects: dict[str, GradedMeaning]
    reasons: dict[str, Meaning]
    notices: dict[str, Meaning]
    problems: dict[str, Meaning]
    losses: dict[str, Meaning]
    holds: dict[str, Meaning]
    rejected_exports: dict[str, Meaning]
    rejected_later: dict[str, Meaning]
    """Records that extract rejects for what it knows of earlier exports: `check` cannot find them."""

    @property
    def findings(self) -> dict[str, GradedMeaning]:
        """Everything that `check` can find, in the order of the documentation."""
        return self.rejected_records | self.defects

    def finding(self, code: str) -> GradedMeaning:
        """The texts of a finding; a reason of extract's that is new here is still told, by its code."""
        see = Text("Siehe docs/erp/de/reasons.md.", "See docs/erp/en/reasons.md.")
        new = GradedMeaning(de=code, en=code, remedy=see, severity=Severity.ERROR)
        return self.findings.get(code, new)


@cache
def codes() -> Codes:
    """The content of codes.yaml."""
    text = (files("kiwi_cli.texts") / "codes.yaml").read_text(encoding="utf-8")
    # As safe as `safe_load`, and ten times as fast: half a second is felt at a terminal.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return Codes.model_validate(yaml.load(text, loader))  # noqa: S506 - a safe loader


def meaning(code: str, *, of_loss: bool = False) -> Text:
    """The meaning of a code, and the code itself; it alone if it is not known.

    `of_loss`: what it means for an agreement that would be lost.
    """
    known = codes()
    kinds: list[Mapping[str, Meaning]] = [known.losses] if of_loss else []
    kinds += [known.notices, known.reasons, known.losses, known.problems, known.rejected_later]
    texts = next((kind[code] for kind in kinds if code in kind), known.rejected_records.get(code))
    return Text(code, code) if texts is None else Text(f"{texts.de} ({code})", f"{texts.en} ({code})")
