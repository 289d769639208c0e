"""Which KIWI a local run talks to: the embedded one, or the one that the user names."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from kiwi_sandbox.kiwi import EmbeddedKiwi, Faults
from kiwi_sandbox.kiwi.direct import DirectWire

Credentials = tuple[str, str]


@dataclass(frozen=True)
class Kiwi:
    """Base URLs and the account."""

    api_url: str
    erp_api_url: str
    username: str
    password: str
    transport: Callable[[], DirectWire] | None = None
    """How an embedded one can be reached past HTTP; None: not at all, as when connections are to break."""


@contextmanager
def embedded_kiwi(
    credentials: Credentials | None = None, fault_rate: float = 0.0, fault_seed: int = 0
) -> Iterator[Kiwi]:
    """An embedded KIWI with one account, that runs within the block."""
    username, password = credentials or ("local-run", secrets.token_urlsafe())
    with EmbeddedKiwi(seed=fault_seed) as kiwi:
        kiwi.add_account(username, password, organization_id=42)
        kiwi.faults = Faults.mixed(fault_rate)
        direct = None if fault_rate else partial(DirectWire, kiwi.service)
        yield Kiwi(kiwi.api_url, kiwi.erp_api_url, username, password, direct)
