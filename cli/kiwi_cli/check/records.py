"""Looks at one record after the other: finds its flaws, and remembers what the others will need of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from kiwi_extract.reading.export import RawRecord
from kiwi_extract.records.entry import DUPLICATE, MANDANT_NOT_LISTED, Entry
from kiwi_extract.records.validate import validate
from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.erp.models import RECORDS, Mieter, Mietvertrag, Record, Verwaltungseinheit
from kiwi_sync.keys import unescape
from kiwi_sync.rules.email import choose_email
from kiwi_sync.rules.mapping import rental_unit

from kiwi_cli.check.finders.emails import email_flaws
from kiwi_cli.check.finders.fields import KNOWN, Fields
from kiwi_cli.check.finders.leases import lease_flaws
from kiwi_cli.check.finders.names import name_flaws
from kiwi_cli.check.finders.numbers import Lengths, Points
from kiwi_cli.check.finders.texts import misplaced, text_flaws
from kiwi_cli.check.finders.units import unit_flaws
from kiwi_cli.check.findings import Findings
from kiwi_cli.check.foresee import Tallies
from kiwi_cli.check.index import Index
from kiwi_cli.check.seen import Flaw, Hit, Key, NamedKey, Subject
from kiwi_cli.check.settings import CheckSettings

UNREADABLE = "?"
"""Stands for a Mandant that cannot be read."""


@dataclass
class Records:
    """The records that have been seen so far."""

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
    """Records under `geloescht`, by Mandant."""
    misplaced: set[Subject] = field(default_factory=set)
    """Headings and lines of totals."""
    _values: dict[Subject, Any] = field(default_factory=dict)
    """The values for which records are rejected."""

    @property
    def mandanten(self) -> set[str]:
        """The Mandanten of the records that are there, and of deletions."""
        return ({mandant for mandant, _section in self.there} | self.deletions.keys()) - {UNREADABLE}

    def see(self, raw: RawRecord) -> Entry:
        """Look at a record; the entry that extract makes of it."""
        entry = validate(raw)
        subject = _subject(entry)
        if self._counts(subject, raw):
            if entry.rejected:
                self._see_rejected(subject, raw, entry)
            elif raw.deleted:
                self.index.deleted[_key(entry)] = subject
                self.tallies[subject.mandant or UNREADABLE, raw.section].deleted += 1
            else:
                self._see_valid(subject, raw)
        return entry

    def reject(self, entry: Entry) -> None:
        """Take note of a record that extract rejects, once it has seen them all."""
        subject = _subject(entry)
        tally = self.tallies[subject.mandant or UNREADABLE, subject.section]
        tally.rejected[entry.reason or ""] += 1
        if entry.mandant is not None and entry.sk is not None:
            self.index.reject(_key(entry))
        if subject in self.misplaced:
            tally.read += 1  # it is told of already, by a name of its own
            return
        value = self._values.get(subject)
        if entry.reason == DUPLICATE:
            value = _key(entry)[2][-1]
        elif entry.reason == MANDANT_NOT_LISTED:
            value = entry.mandant
        self.findings.add_flaws(subject, [Flaw(entry.reason or "", entry.field or "", value)])

    def _counts(self, subject: Subject, raw: RawRecord) -> bool:
        """Whether it is a record at all, and of a Mandant that is selected."""
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
            self.misplaced.add(subject)
        return defect is not None

    def _see_valid(self, subject: Subject, raw: RawRecord) -> None:
        record = RECORDS[SECTIONS[raw.section]].model_validate(raw.value)
        flaws = self._remember(subject, record, raw.value)
        self.fields.see(subject, raw.value)
        self.fields.see_filled(subject, raw.value)
        named = _numbers(record)
        self.lengths.see(subject, named)
        self.points.see(subject, chain(named.items(), _tenants(record)))
        self.findings.add_flaws(subject, chain(_text_flaws(raw.section, raw.value), flaws))

    def _see_rejected(self, subject: Subject, raw: RawRecord, entry: Entry) -> None:
        """Look at what can be read of a record that extract rejects, unless its key is deleted."""
        name = entry.field or ""
        self._values[subject] = _value_at(raw.value, name)
        if raw.deleted:
            return
        if entry.mandant is not None and entry.sk is not None:
            self.index.unusable.add(_key(entry))
        self.index.named.update(_tenants_named(raw, entry.mandant))
        if isinstance(raw.value, dict):
            if raw.reason is None:  # otherwise not even its list need be the right one
                self.fields.see(subject, raw.value)
            others = (flaw for flaw in _text_flaws(raw.section, raw.value) if flaw.field != name)
            self.findings.add_flaws(subject, others)

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


def _tenants_named(raw: RawRecord, mandant: str | None) -> Iterator[NamedKey]:
    """The tenants of a lease that is rejected, as far as they can be read."""
    if mandant and raw.section == "mietvertraege" and isinstance(raw.value, dict):
        mieter = raw.value.get("mieter")
        for number in mieter if isinstance(mieter, list) else [mieter]:
            if isinstance(number, str | int):
                yield mandant, str(number).strip()


def _key(entry: Entry) -> Key:
    """The key of an entry that has one."""
    return entry.kind, entry.mandant or "", tuple(map(unescape, (entry.sk or "").split("#")))


def _subject(entry: Entry) -> Subject:
    key = entry.numbers or entry.mandant or UNREADABLE
    at = entry.section, entry.place, entry.deleted, entry.line
    return Subject(entry.source or "", *at, entry.mandant, key)


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
