"""New addresses, sent one at a time: KIWI refuses valid ones that reach it at the same moment.

KIWI keeps an address once for all units. Two requests with the same new address race, and KIWI tells the
loser that its address is not valid (KIWI API, as observed). Neighbours stand next to each other in every
export, so this is the normal case of a first load.
"""

import threading
from collections import defaultdict
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from kiwi_sync.kiwi.errors import KiwiRefused
from kiwi_sync.kiwi.models import Address

REFUSED = "ADDRESS_INVALID_ERROR"
TRIES = 6
"""The most attempts to send an address before it counts as refused; with back-off about six seconds."""

Texts = tuple[str, ...]
T = TypeVar("T")


class NewAddresses:
    """Lets the first unit of a house go alone, then the others. May be used by many threads."""

    def __init__(self, wait: Callable[[int], None]) -> None:
        """`wait` is called with 1, 2, … before each try that repeats one."""
        self._wait = wait
        self._accepted: dict[Texts, bool] = {}
        self._turns: defaultdict[Texts, Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def bring(self, address: Address, send: Callable[[], T]) -> T:
        """Send a unit that has this address; alone, until KIWI is known to accept the address.

        Another process may send it at the same moment, so a refused address is tried again, later each time.

        Raises KiwiRefused if the address is refused for good, and the errors of `send`.
        """
        texts = address.texts
        with self._lock:
            turn = self._turns[texts]
        if texts not in self._accepted:
            with turn:
                if texts not in self._accepted:
                    return self._first(texts, send)
        return self._send(send, TRIES if self._accepted[texts] else 1)

    def _first(self, texts: Texts, send: Callable[[], T]) -> T:
        try:
            answer = self._send(send, TRIES)
        except KiwiRefused as error:
            if error.name == REFUSED:
                self._accepted[texts] = False
            raise
        self._accepted[texts] = True
        return answer

    def _send(self, send: Callable[[], T], tries: int) -> T:
        for nth in range(1, tries):
            try:
                return send()
            except KiwiRefused as error:
                if error.name != REFUSED:
                    raise
            self._wait(nth)
        return send()
