"""Addresses: kept once for all units of all organizations; simultaneous first requests race."""

import random
from dataclasses import dataclass

from kiwi_sandbox.kiwi.error_answers import ApiError, unexpected
from kiwi_sandbox.kiwi.order import Order

Texts = tuple[str, ...]
DIGITS = 10


@dataclass(frozen=True)
class _Known:
    """An address that a unit has brought."""

    at: int
    by: str
    lat: float
    lng: float


class AddressBook:
    """All addresses, by their five texts. The first coordinates of an address stay for ever."""

    def __init__(self, order: Order, seed: int) -> None:
        self.race = 0.5
        """The share of requests refused because another request is bringing the same new address."""
        self.window = 0.02
        """Seconds that it takes to write a new address down."""
        self._order = order
        self._draws = random.Random(seed + 2)  # noqa: S311 - repeatable on purpose
        self._known: dict[Texts, _Known] = {}
        self._being_written: set[Texts] = set()
        self._new: list[Texts] = []

    def keep(self, texts: Texts, lat: float, lng: float) -> tuple[float, float]:
        """The coordinates of an address that counts as known for long, even if it is new."""
        known = self._known.setdefault(texts, _Known(0, "", round(lat, DIGITS), round(lng, DIGITS)))
        return known.lat, known.lng

    def enter(self, texts: Texts, lat: float | None, lng: float | None, by: str) -> tuple[float, float]:
        """The coordinates of an address, which is known from now on. `by`: the unit that brings it."""
        known = self._known.get(texts)
        if known is None:
            if lat is None or lng is None:
                raise unexpected()
            known = self._known[texts] = _Known(
                self._order.next(), by, round(lat, DIGITS), round(lng, DIGITS)
            )
            self._being_written.add(texts)
            self._new.append(texts)
        elif known.by != by and self._overlaps(texts, known) and self._draws.random() < self.race:
            raise ApiError(400, "ADDRESS_INVALID_ERROR")
        return known.lat, known.lng

    def _overlaps(self, texts: Texts, known: _Known) -> bool:
        return texts in self._being_written or known.at > self._order.came_in

    def brought(self) -> list[Texts]:
        """The new addresses since the last call."""
        new, self._new = self._new, []
        return new

    def written(self, new: list[Texts]) -> None:
        """Mark new addresses as written: nobody is refused for them any more."""
        self._being_written.difference_update(new)
