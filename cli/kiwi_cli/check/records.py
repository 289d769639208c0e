"""Looks at one record after the other: valid or not, what is wrong with it, and what to remember of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from kiwi_extract.reading.export import RawRecord
from kiwi_extract.records.validate import KEYS, validate
from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.erp.models import RECORDS, Mieter, Mietvertrag, Record, Verwaltungseinheit
from kiwi_sync.rules.email import choose_email
from kiwi_sync.rules.mapping import rental_unit
from pydantic import ValidationError

from kiwi_cli.check.finders.emails import email_flaws
from kiwi_cli.check.finders.fields import KNOWN, Fields
from kiwi_cli.check.finders.leases import lease_flaws
from kiwi_cli.check.finders.names import name_flaws
from kiwi_cli.check.finders.numbers import Lengths, Points
from kiwi_cli.check.finders.texts import misplaced, text_flaws
from kiwi_cli.check.finders.units import unit_flaws
from kiwi_cli.check.findings import Findings
from kiwi_cli.check.index import Index
from kiwi_cli.check.outcome import Tallies
from kiwi_cli.check.seen import Flaw, Hit, NamedKey, Subject
from kiwi_cli.check.settings import CheckSettings

UNREADABLE = "?"
"""Stands for a Mandant that cannot be read."""


@dataclass
class Records:
    """What has been seen of the records so far."""

    settings: CheckSettings
    findings: Findings
    tallies: Tallies = field(default_factory=Tallies)
    index: Index = field(default_factory=Index)
    lengths: Lengths = field(default_factory=Lengths)
    points: Points = field(default_factory=Points)
    fields: Fields = field(default_factory=Fields)
    there: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Records by Mandant and list, those of Mandanten that are not selected too, and rejected ones."""
    deletions: Counter[str] = field(default_factory=Counter)
    """What stands under `geloescht`, by Mandant."""
    read: Counter[str] = field(default_factory=Counter)
    """Records by list, and what is none."""
    misplaced: set[str] = field(default_factory=set)
    """What stands where a Mandant should, in headings and lines of totals."""
    bad_deletions: list[tuple[Subject, Flaw]] = field(default_factory=list)
    """What is wrong in `geloescht`; in a full export nobody looks there."""

    def see(self, raw: RawRecord) -> None:
        """Look at a record."""
        kind = SECTIONS[raw.section]
        model: type[Record] = KEYS[kind] if raw.deleted else RECORDS[kind]
        if raw.reason is not None:
            self._reject(raw)
            return
        try:
            record = model.model_validate(raw.value)
        except ValidationError:
            self._reject(raw)
            return
        subject = _subject(raw, record.mandant, "/".join((record.mandant, *record.numbers)))
        if self._counts(subject, raw):
            self._see_valid(subject, raw, record)

    def _counts(self, subject: Subject, raw: RawRecord) -> bool:
        """Whether it is a record at all, and of a Mandant that is selected."""
        self.read[raw.section] += not raw.deleted
        if self._is_misplaced(subject, raw):
            return False
        mandant = subject.mandant or UNREADABLE
        if raw.deleted:
            self.deletions[mandant] += 1
        else:
            self.there[mandant, raw.section] += 1
        selected = self.settings.mandanten
        if selected is not None and subject.mandant is not None and mandant not in selected:
            return False
        self.tallies[mandant, raw.section].read += not raw.deleted
        return True

    def _is_misplaced(self, subject: Subject, raw: RawRecord) -> bool:
        """Whether it is no record at all: then nothing else needs to be said of it."""
        defect = misplaced(raw.value) if isinstance(raw.value, dict) else None
        if defect is not None:
            self.findings.add_hits([Hit(defect, subject)])
            self.misplaced.add(subject.mandant or UNREADABLE)
        return defect is not None

    def _see_valid(self, subject: Subject, raw: RawRecord, record: Record) -> None:
        if raw.deleted:
            self.index.deleted[record.kind, record.mandant, record.numbers] = subject
            self.tallies[record.mandant, raw.section].deleted += 1
            return
        flaws = self._remember(subject, record, raw.value)
        self.fields.see(subject, raw.value)
        self.fields.see_filled(subject, raw.value)
        named = _numbers(record)
        self.lengths.see(subject, named)
        self.points.see(subject, chain(named.items(), _tenants(record)))
        self.findings.add_flaws(subject, chain(_text_flaws(raw.section, raw.value), flaws))

    def _remember(self, subject: Subject, record: Record, value: dict[str, Any]) -> Iterator[Flaw]:
        """Remember a record; what is wrong with it."""
        if isinstance(record, Verwaltungseinheit):
            _unit, notice = rental_unit(record, "")
            self.index.add_unit(subject, record, notice)
            return unit_flaws(record, notice)
        if isinstance(record, Mieter):
            email = choose_email(record.email, self.settings.blocked_emails)
            self.index.add_tenant(subject, record, email)
            return chain(email_flaws(record, email, self.settings.connection), name_flaws(record))
        assert isinstance(record, Mietvertrag)  # noqa: S101 - there are three kinds
        self.index.add_lease(subject, record)
        return lease_flaws(record, value, self.settings.today)

    def _reject(self, raw: RawRecord) -> None:
        entry = validate(raw)
        named = _named(raw)
        key = entry.mandant or UNREADABLE if named is None else "/".join((named.mandant, *named.numbers))
        subject = _subject(raw, entry.mandant, key)
        if not self._counts(subject, raw):
            return
        reason, name = entry.reason or "", entry.field or ""
        flaw = Flaw(reason, name, _value_at(raw.value, name))
        if raw.deleted:
            self.bad_deletions.append((subject, flaw))
            return
        self.tallies[entry.mandant or UNREADABLE, raw.section].rejected[reason] += 1
        self.index.named.update(_tenants_named(raw, entry.mandant))
        if named is not None:
            self.index.rejected.add((named.kind, named.mandant, named.numbers))
        self.findings.add_flaws(subject, [flaw])
        if isinstance(raw.value, dict):
            if raw.reason is None:  # otherwise not even its list need be the right one
                self.fields.see(subject, raw.value)
            others = (flaw for flaw in _text_flaws(raw.section, raw.value) if flaw.field != name)
            self.findings.add_flaws(subject, others)


def _named(raw: RawRecord) -> Record | None:
    """What can be read of a record's key."""
    try:
        return KEYS[SECTIONS[raw.section]].model_validate(raw.value)
    except ValidationError:
        return None


def _tenants_named(raw: RawRecord, mandant: str | None) -> Iterator[NamedKey]:
    """The tenants of a lease that is rejected, as far as they can be read."""
    if mandant and raw.section == "mietvertraege" and isinstance(raw.value, dict):
        mieter = raw.value.get("mieter")
        for number in mieter if isinstance(mieter, list) else [mieter]:
            if isinstance(number, str | int):
                yield mandant, str(number).strip()


def _subject(raw: RawRecord, mandant: str | None, key: str) -> Subject:
    return Subject(raw.source or "", raw.section, raw.place, raw.deleted, raw.line, mandant, key)


def _numbers(record: Record) -> dict[str, str]:
    """The numbers by which a record is named and names others; the last of each name."""
    if isinstance(record, Verwaltungseinheit):
        return {"wirtschaftseinheit": record.wirtschaftseinheit, "nummer": record.nummer}
    if isinstance(record, Mietvertrag):
        unit = record.verwaltungseinheit
        numbers = {"verwaltungseinheit.wirtschaftseinheit": unit.wirtschaftseinheit}
        return numbers | {"verwaltungseinheit.nummer": unit.nummer, "nummer": record.nummer}
    return dict(zip(("nummer",), record.numbers, strict=True))


def _tenants(record: Record) -> Iterator[tuple[str, str]]:
    """The numbers of a lease's tenants."""
    if isinstance(record, Mietvertrag):
        yield from (("mieter", number) for number in record.mieter)


def _text_flaws(section: str, value: dict[str, Any]) -> Iterator[Flaw]:
    known = {name: value[name] for name in KNOWN[section] if name in value}
    for path, name, text in _texts(known):
        for flaw in text_flaws(name, text):
            yield flaw._replace(field=path)


def _texts(value: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The texts of a record: the path of the field, its name, and what stands there."""
    for name, inner in value.items():
        if isinstance(inner, str):
            yield name, name, inner
        elif isinstance(inner, dict):
            yield from ((f"{name}.{key}", key, text) for key, text in inner.items() if isinstance(text, str))
        elif isinstance(inner, list):
            # Of a lease: the numbers of its tenants.
            named = "nummer" if name == "mieter" else name
            yield from (
                (f"{name}.{at}", named, text) for at, text in enumerate(inner) if isinstance(text, str)
            )


def _value_at(value: Any, path: str) -> Any:
    for part in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
