"""The embedded KIWI: one real HTTP server on loopback with the behaviour and the quirks of KIWI's APIs."""

from kiwi_sandbox.kiwi.embedded import EmbeddedKiwi
from kiwi_sandbox.kiwi.errors import ApiError
from kiwi_sandbox.kiwi.faults import Faults
from kiwi_sandbox.kiwi.journal import Request

__all__ = ["ApiError", "EmbeddedKiwi", "Faults", "Request"]
