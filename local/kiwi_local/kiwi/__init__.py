"""The embedded KIWI: one real HTTP server on loopback with the behaviour and the quirks of KIWI's APIs."""

from kiwi_local.kiwi.embedded import EmbeddedKiwi
from kiwi_local.kiwi.errors import ApiError
from kiwi_local.kiwi.faults import Faults
from kiwi_local.kiwi.journal import Request

__all__ = ["ApiError", "EmbeddedKiwi", "Faults", "Request"]
