"""Finds the holders of unique values: KIWI refuses a second holder, but does not name the first."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kiwi_sync.kiwi.models import Kind, Payload, Tenant

LIST_SECONDS = 60.0
"""Seconds for which a list is used: a big organization's is expensive to fetch."""


@dataclass
class _Holders:
    """Ids by unique value, of one kind (KIWI API, as observed: per organization, case-sensitive)."""

    asked_at: float
    ids: dict[tuple[str, str], str]


class Collisions:
    """Finds the objects that hold a payload's unique values, from lists fetched once a minute at the most."""

    def __init__(self, fetch: Callable[[Kind], Iterable[Any]], clock: Callable[[], float]) -> None:
        """`fetch`: the list as KIWI answers it. It may be long, and include other people's objects."""
        self._fetch = fetch
        self._clock = clock
        self._holders: dict[Kind, _Holders] = {}
        self._locks = {kind: threading.Lock() for kind in Kind}

    def candidates(self, kind: Kind, payload: Payload) -> list[str]:
        """Ids of the objects that held a value when the list was fetched, external ids first.

        Raises the errors of `fetch`.
        """
        holders = self._present(kind).ids
        ids = (holders.get(value) for value in _unique_values(payload))
        return list(dict.fromkeys(holder for holder in ids if holder is not None))

    def _present(self, kind: Kind) -> _Holders:
        with self._locks[kind]:
            known = self._holders.get(kind)
            now = self._clock()
            if known is None or now - known.asked_at >= LIST_SECONDS:
                known = self._holders[kind] = _Holders(now, dict(_holdings(kind, self._fetch(kind))))
            return known


def collide(one: Payload, other: Payload) -> bool:
    """Whether two payloads of a kind share a value that must be unique."""
    return not set(_unique_values(one)).isdisjoint(_unique_values(other))


def _holdings(kind: Kind, answers: Iterable[Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """The unique values in a list, and the ids of their holders."""
    names = ("external_id", "email_address") if kind is Kind.TENANT else ("external_id",)
    for answer in answers:
        if isinstance(answer, Mapping) and isinstance(answer.get("id"), str):
            for name in names:
                if isinstance(answer.get(name), str):
                    yield (name, answer[name]), answer["id"]


def _unique_values(payload: Payload) -> list[tuple[str, str]]:
    values = [("external_id", payload.external_id)]
    if isinstance(payload, Tenant):
        values.append(("email_address", payload.email_address))
    return values
