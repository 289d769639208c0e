"""Fields that are called wrongly, or that are never filled."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from kiwi_sync.erp.fields import is_blank
from kiwi_sync.erp.models import Mieter, Mietvertrag, Verwaltungseinheit

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.seen import Hit, Subject
from kiwi_cli.pages import Text

KNOWN = {
    "verwaltungseinheiten": tuple(Verwaltungseinheit.model_fields),
    "mieter": tuple(Mieter.model_fields),
    "mietvertraege": tuple(Mietvertrag.model_fields),
}
_MEANT = {
    "mandant": "mandantennr mandantennummer mandantnr mandantnummer",
    "nummer": "nr mieternr mieternummer vertragsnr vertragsnummer einheitsnr einheitsnummer",
    "email": "mail emailadresse mailadresse emailaddress e_mail",
    "nachname": "name familienname nachnahme lastname zuname",
    "vorname": "firstname rufname vornahme",
    "firma": "firmenname company unternehmen",
    "strasse": "str street straßenname strassenname",
    "hausnummer": "hausnr hnr housenumber",
    "plz": "postleitzahl zip postalcode",
    "ort": "stadt city gemeinde wohnort",
    "bundesland": "land state region",
    "latitude": "lat breite breitengrad geolat",
    "longitude": "lon lng long laenge längengrad laengengrad geolon",
    "bezeichnung": "name lage titel beschreibung",
    "beginn": "von vertragsbeginn mietbeginn start begin einzug",
    "ende": "bis vertragsende mietende end auszug",
    "verwaltungseinheit": "einheit we objekt mieteinheit wohnung",
    "mieter": "mieternr mieternummer vertragspartner personen",
}
_ENOUGH = 5


@dataclass
class Fields:
    """Which fields records have, while they go by."""

    _unknown: dict[tuple[str, str], tuple[Subject, str]] = field(default_factory=dict)
    _tenants: Counter[str | None] = field(default_factory=Counter)
    _with_email: Counter[str | None] = field(default_factory=Counter)
    _with_column: set[str | None] = field(default_factory=set)
    _first: dict[str | None, Subject] = field(default_factory=dict)

    def see(self, subject: Subject, value: Mapping[str, object]) -> None:
        """Look at the names of a record's fields, be it valid or not."""
        for name, inner in value.items():
            if name not in KNOWN[subject.section] and not is_blank(inner):
                meant = _meant(subject.section, name)
                if meant and is_blank(value.get(meant)):
                    self._unknown.setdefault((subject.section, name), (subject, meant))

    def see_filled(self, subject: Subject, value: Mapping[str, object]) -> None:
        """Look at what a valid record has of the fields without which it does not come to KIWI."""
        if subject.section == "mieter":
            mandant = subject.mandant
            self._tenants[mandant] += 1
            self._with_email[mandant] += not is_blank(value.get("email"))
            if "email" in value:
                self._with_column.add(mandant)
            self._first.setdefault(mandant, subject)

    def hits(self, *, is_full: bool) -> Iterator[Hit]:
        """Names that are almost known ones, and Mandanten without any e-mail address.

        `is_full`: of a full export. The few tenants of a delta may well have none.
        """
        for (_section, name), (subject, meant) in self._unknown.items():
            detail = Text(f"gemeint ist wohl `{meant}`", f"`{meant}` is probably meant")
            yield Hit(Defect.FIELD_UNKNOWN, subject, name[:64], detail=detail)
        for mandant, subject in self._first.items():
            doubtful = is_full or mandant not in self._with_column
            if doubtful and not self._with_email[mandant] and self._tenants[mandant] >= _ENOUGH:
                told = subject._replace(section="", key=mandant or "")
                yield Hit(Defect.FIELD_NEVER_FILLED, told, "email")


@lru_cache(maxsize=1024)
def _meant(section: str, name: str) -> str | None:
    """The field that a name of no field is probably meant for."""
    plain = _plain(name)
    for known in sorted(KNOWN[section]):
        if plain == _plain(known) or plain in map(_plain, _MEANT.get(known, "").split()):
            return known
    return None


def _plain(name: str) -> str:
    return re.sub("[^a-zäöü]", "", name.casefold().replace("ß", "ss"))
