"""Gathers what the finders find: all of it counted, the first of each kind kept as examples."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kiwi_cli.check.classes import value_class
from kiwi_cli.check.seen import Flaw, Hit, Subject
from kiwi_cli.pages import Text
from kiwi_cli.texts import GradedMeaning, Severity, codes

OTHERS = 10
"""How many other records an example names."""
_GRAVITY = list(Severity)


@dataclass(frozen=True)
class Example:
    """One record at which a defect was found."""

    subject: Subject
    field: str
    value_class: Text | None
    value: str | None
    others: Sequence[str]
    left_out: int
    detail: Text | None


@dataclass
class Finding:
    """A defect, how often it was found, and where at first. `code`: a `Defect`, or a reason of extract's."""

    code: str
    count: int = 0
    examples: list[Example] = field(default_factory=list)

    @property
    def texts(self) -> GradedMeaning:
        """The meaning of the code."""
        return codes().finding(self.code)


@dataclass
class Findings:
    """All findings. `shown`: how many examples of each are kept; `show_values`: with what stands there."""

    shown: int
    show_values: bool
    _found: dict[str, Finding] = field(default_factory=dict)

    def add_flaws(self, subject: Subject, flaws: Iterable[Flaw]) -> None:
        """Add what is wrong with a record."""
        for code, name, value in flaws:
            finding = self._counted(code)
            if len(finding.examples) < self.shown:
                finding.examples.append(self._example(subject, name, value))

    def add_hits(self, hits: Iterable[Hit]) -> None:
        """Add what is wrong with records among others, or with the export."""
        for code, subject, name, others, detail, more in hits:
            finding = self._counted(code)
            finding.count += more
            if len(finding.examples) < self.shown:
                kept, left_out = list(others[:OTHERS]), max(len(others) - OTHERS, 0)
                finding.examples.append(Example(subject, name, None, None, kept, left_out, detail))

    def sorted(self) -> list[Finding]:
        """The findings, the gravest first."""
        order = {code: place for place, code in enumerate(codes().findings)}
        return sorted(
            self._found.values(),
            key=lambda one: (_GRAVITY.index(one.texts.severity), order.get(one.code, -1)),
        )

    def _counted(self, code: str) -> Finding:
        finding = self._found.setdefault(code, Finding(code))
        finding.count += 1
        return finding

    def _example(self, subject: Subject, name: str, value: Any) -> Example:
        shown = None if value is None or not self.show_values else str(value)
        last = [part for part in name.split(".") if not part.isdecimal()]
        # Without a field there may be nothing to look at: a line with too many cells has none.
        kind = value_class(last[-1] if last else "", value) if name or value is not None else None
        return Example(subject, name, kind, shown, (), 0, None)
