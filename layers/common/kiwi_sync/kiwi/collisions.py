"""Who holds a unique value: KIWI refuses a second holder, but does not name the first."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kiwi_sync.kiwi.models import Found, Kind, Payload, Tenant

LIST_SECONDS = 60.0
"""How long a list answers for: a big organization's is expensive."""


@dataclass
class _Holders:
    """Ids by unique value, of one kind (KIWI API, as observed: per organization, case-sensitive)."""

    asked_at: float
    ids: dict[tuple[str, str], str]


class Collisions:
    """Finds the objects that hold a payload's unique values, from lists fetched once a minute at the most."""

    def __init__(self, fetch: Callable[[Kind], Iterable[Found]], clock: Callable[[], float]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._holders: dict[Kind, _Holders] = {}
        self._locks = {kind: threading.Lock() for kind in Kind}

    def candidates(self, kind: Kind, payload: Payload) -> list[str]:
        """Ids of those who held a value when the list was fetched: of the external id first.

        Raises what fetching the list raises.
        """
        holders = self._present(kind).ids
        ids = (holders.get(value) for value in _unique_values(payload))
        return list(dict.fromkeys(holder for holder in ids if holder is not None))

    def _present(self, kind: Kind) -> _Holders:
        with self._locks[kind]:
            known = self._holders.get(kind)
            now = self._clock()
            if known is None or now - known.asked_at >= LIST_SECONDS:
                ids = {
                    value: found.id for found in self._fetch(kind) for value in _unique_values(found.payload)
                }
                known = self._holders[kind] = _Holders(now, ids)
            return known


def collide(one: Payload, other: Payload) -> bool:
    """Whether two payloads of a kind share a value that must be unique."""
    return not set(_unique_values(one)).isdisjoint(_unique_values(other))


def _unique_values(payload: Payload) -> list[tuple[str, str]]:
    values = [("external_id", payload.external_id)]
    if isinstance(payload, Tenant):
        values.append(("email_address", payload.email_address))
    return values
