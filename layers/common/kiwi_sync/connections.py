"""Connections: one customer's activation and its settings, one JSON document each in Parameter Store."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kiwi_sync.erp.fields import Number
from kiwi_sync.rules.email import blockable
from kiwi_sync.times import Clock, now

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

CONNECTION_ID = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$"
TOKEN_PATH = "/v1/access_token"  # noqa: S105 - a path, no password
"""The path that exchanges a session for an access token. An assumption: KIWI publishes no path for it."""
REMEMBERED = timedelta(minutes=1)
"""How long settings stay in memory, even if the version is new enough."""
BLOCKED_ENTRIES = 100
"""The most addresses and domains that a connection can block: its settings have 4 KB."""
LARGEST_LIMIT = 100
"""The largest limit of tenants that share an address: checking it reads as many items at once."""
Separator = Literal["-", "_", ".", "/", "|"]


class ConnectionSettings(BaseModel):
    """The settings of a connection, as a user writes them."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    separator: Separator = "-"
    mandanten: tuple[Number, ...] = Field(min_length=1)
    time_zone: str = "Europe/Berlin"
    kiwi_api_url: str = Field(pattern=r"^https?://[^\s]+$")
    kiwi_erp_api_url: str = Field(pattern=r"^https?://[^\s]+$")
    token_path: str = Field(default=TOKEN_PATH, pattern="^/")
    brake_agreements: int = Field(default=20, ge=0)
    brake_percent: float = Field(default=5, ge=0, le=100)
    secret: str = Field(min_length=1, description="Name of the secret with `username` and `password`")
    expected_every: float = Field(default=0, ge=0, le=10_000, allow_inf_nan=False)
    """The hours within which the next export is expected; 0: no expectation."""
    blocked_emails: tuple[str, ...] = Field(default=(), max_length=BLOCKED_ENTRIES)
    """Addresses, and domains (`@domain`, subdomains included), that are placeholders: never synchronized."""
    shared_email_limit: int = Field(default=3, ge=0, le=LARGEST_LIMIT)
    """The most tenants that may share an address; with more it is a placeholder for all. 0: no limit."""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("not a time zone of the IANA database, such as Europe/Berlin")
        return name

    @field_validator("blocked_emails")
    @classmethod
    def _known_forms(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted({blockable(entry) for entry in entries if entry.strip()}))

    @property
    def watched(self) -> timedelta | None:
        """The time within which the next export is expected; None: no expectation."""
        return timedelta(hours=self.expected_every) if self.expected_every else None

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which a lease begins and ends."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True)
class Connection:
    """A connection with its settings and their version in Parameter Store."""

    id: str
    settings: ConnectionSettings
    version: int

    @cached_property
    def shape(self) -> str:
        """Fingerprint of the settings that shape KIWI's content: a change re-synchronizes everything."""
        settings = self.settings
        shaping = (
            settings.separator,
            settings.time_zone,
            settings.blocked_emails,
            settings.shared_email_limit,
        )
        return blake2b(json.dumps(shaping).encode("utf-8"), digest_size=8).hexdigest()


class UnknownConnectionError(Exception):
    """No settings are stored under this connection id."""


class SettingsInvalidError(Exception):
    """The stored settings are broken; the text says which field and why. Only this connection stops."""


def parse_settings(document: str) -> ConnectionSettings:
    """The settings in a JSON document.

    Raises:
        SettingsInvalidError: with each field that is wrong and what is wrong with it.
    """
    try:
        return ConnectionSettings.model_validate_json(document)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'document'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_context=False, include_url=False)
        ]
        raise SettingsInvalidError("; ".join(faults)) from None


class Connections:
    """Reads connections from Parameter Store (`<path>/<id>`) and remembers them."""

    def __init__(self, ssm: "SSMClient", path: str, clock: Clock = now) -> None:
        self._ssm = ssm
        self._path = path
        self._clock = clock
        self._known: dict[str, tuple[Connection, datetime]] = {}

    def get(self, connection: str, at_least: int | None = None) -> Connection:
        """The connection's settings, read again if those in memory are older than version `at_least`.

        They are also read again after a minute: a parameter that is deleted and made anew counts from 1
        again.

        Raises:
            UnknownConnectionError: no connection has this id.
            SettingsInvalidError: the stored settings are broken.
        """
        moment = self._clock()
        if at_least is not None and connection in self._known:
            known, until = self._known[connection]
            if known.version >= at_least and moment < until:
                return known
        try:
            answer = self._ssm.get_parameter(Name=f"{self._path}/{connection}")
        except self._ssm.exceptions.ParameterNotFound:
            raise UnknownConnectionError(connection) from None
        parameter = answer["Parameter"]
        read = Connection(connection, parse_settings(parameter["Value"]), parameter["Version"])
        self._known[connection] = read, moment + REMEMBERED
        return read

    def ids(self) -> Iterator[str]:
        """The ids of all connections of this stack."""
        pages = self._ssm.get_paginator("get_parameters_by_path").paginate(Path=self._path)
        for page in pages:
            for parameter in page["Parameters"]:
                yield parameter["Name"].rpartition("/")[2]
