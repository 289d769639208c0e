"""The KIWI client of each connection, over one pool of kept-alive connections for each container."""

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import httpx
from botocore.exceptions import ClientError
from kiwi_sync.connections import Connections, ConnectionSettings
from kiwi_sync.kiwi.auth import Credentials, KiwiLogin
from kiwi_sync.kiwi.client import KiwiClient
from kiwi_sync.kiwi.errors import KiwiLoginRefused
from kiwi_sync.state.rows import Row
from kiwi_sync.state.table import Table
from kiwi_sync.times import Clock
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from kiwi_load.login_gate import SharedLoginGate

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

SETTINGS_FRESH = timedelta(minutes=1)
"""How long settings are used before they are read again: Parameter Store allows few requests a second."""
PLACEHOLDER = "REPLACE-ME"
"""The template's text in the first secret; the user replaces it."""
_UNREADABLE = {
    "ResourceNotFoundException": "does not exist",
    "AccessDeniedException": "may not be read: it needs the stack's prefix, and AWS' own key",
    "InvalidRequestException": "is being deleted",
    "DecryptionFailure": "cannot be decrypted",
}
"""Errors of Secrets Manager that only a person can solve, by code."""


class _Secret(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    username: str = Field(min_length=1)
    password: SecretStr = Field(min_length=1)


@dataclass(frozen=True)
class _Known:
    settings: ConnectionSettings
    client: KiwiClient
    read_at: datetime


@dataclass
class KiwiClients:
    """Gives the KIWI client of a connection."""

    connections: Connections
    secrets: "SecretsManagerClient"
    http: Callable[[], httpx.Client]
    table: Table
    clock: Clock
    backoff: float
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    jitter: random.Random = field(default_factory=random.Random)
    _clients: dict[str, _Known] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self, connection: str) -> KiwiClient:
        """The client according to the connection's settings.

        Raises:
            UnknownConnectionError, SettingsInvalidError: the settings cannot be used.
        """
        with self._lock:
            known, now = self._clients.get(connection), self.clock()
            if known is None or known.read_at < now - SETTINGS_FRESH:
                settings = self.connections.get(connection).settings
                same = known is not None and known.settings == settings
                client = known.client if known and same else self._build(connection, settings)
                known = _Known(settings, client, now)
                self._clients[connection] = known
            return known.client

    def settings(self, row: Row) -> ConnectionSettings:
        """The settings, at least as new as those that the row's `source` was made with.

        Raises:
            UnknownConnectionError, SettingsInvalidError: the settings cannot be used.
        """
        return self.connections.get(row.key.connection, at_least=row.settings_version).settings

    def _build(self, connection: str, settings: ConnectionSettings) -> KiwiClient:
        gate = SharedLoginGate(self.table, connection, self.clock)

        def credentials() -> Credentials:
            return self._credentials(settings.secret, gate)

        login = KiwiLogin(settings.kiwi_api_url, settings.token_path, credentials, gate)
        return KiwiClient(
            self.http(),
            settings.kiwi_erp_api_url,
            login,
            sleep=self.sleep,
            jitter=self.jitter,
            clock=self.monotonic,
            backoff=self.backoff,
        )

    def _credentials(self, name: str, gate: SharedLoginGate) -> Credentials:
        """The present secret, read anew: log-ins are rare, and a replaced password must work at once."""
        try:
            answer = self.secrets.get_secret_value(SecretId=name)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in _UNREADABLE:
                raise
            gate.refused("missing")
            raise KiwiLoginRefused(f"the secret {_UNREADABLE[code]}") from None
        version = answer["VersionId"]
        try:
            secret = _Secret.model_validate(json.loads(answer["SecretString"]))
        except (ValidationError, ValueError, KeyError):
            gate.refused(version)
            raise KiwiLoginRefused("the secret needs `username` and `password`") from None
        password = secret.password.get_secret_value()
        if PLACEHOLDER in {secret.username, password}:
            gate.refused(version)
            raise KiwiLoginRefused("the secret is still the placeholder")
        return Credentials(secret.username, password, version)
