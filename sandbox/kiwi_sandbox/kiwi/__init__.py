"""The embedded KIWI: one real HTTP server on loopback with the behaviour and the quirks of KIWI's APIs."""

from kiwi_sandbox.kiwi.embedded_kiwi import EmbeddedKiwi
from kiwi_sandbox.kiwi.error_answers import ApiError
from kiwi_sandbox.kiwi.journal import Request
from kiwi_sandbox.kiwi.planned_faults import Faults

__all__ = ["ApiError", "EmbeddedKiwi", "Faults", "Request"]
