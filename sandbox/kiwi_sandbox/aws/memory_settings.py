"""Parameter Store and Secrets Manager in memory, as their clients show them: as much as is used of them."""

# ruff: noqa: N803
# (Arguments have boto3's own names.)

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from kiwi_sandbox.aws.errors import refused


class ParameterNotFound(ClientError):  # noqa: N818 - boto3's own name
    """There is no such parameter."""


class MemorySsm:
    """A client of Parameter Store."""

    def __init__(self) -> None:
        self.exceptions = SimpleNamespace(ClientError=ClientError, ParameterNotFound=ParameterNotFound)
        self._parameters: dict[str, dict[str, Any]] = {}

    def put_parameter(self, *, Name: str, Value: str, Type: str, Overwrite: bool = False) -> dict[str, Any]:
        """Write a parameter; each time its version counts on."""
        if Name in self._parameters and not Overwrite:
            raise refused("PutParameter", "The parameter already exists.", "ParameterAlreadyExists")
        version = self._parameters.get(Name, {"Version": 0})["Version"] + 1
        self._parameters[Name] = {"Name": Name, "Type": Type, "Value": Value, "Version": version}
        return {"Version": version}

    def get_parameter(self, *, Name: str) -> dict[str, Any]:
        """A parameter."""
        if Name not in self._parameters:
            error = refused("GetParameter", "", "ParameterNotFound")
            raise ParameterNotFound(error.response, "GetParameter")
        return {"Parameter": dict(self._parameters[Name])}

    def get_paginator(self, operation: str) -> SimpleNamespace:
        """The parameters below a path, on one page."""
        pages = {"get_parameters_by_path": self._by_path}
        return SimpleNamespace(paginate=pages[operation])

    def _by_path(self, *, Path: str) -> Iterator[dict[str, Any]]:
        below = f"{Path.rstrip('/')}/"
        names = (name for name in self._parameters if name.rpartition("/")[0] + "/" == below)
        yield {"Parameters": [dict(self._parameters[name]) for name in sorted(names)]}


class MemorySecrets:
    """A client of Secrets Manager."""

    def __init__(self) -> None:
        self.exceptions = SimpleNamespace(ClientError=ClientError)
        self._secrets: dict[str, dict[str, Any]] = {}

    def put_secret(self, name: str, value: str) -> None:
        """Write a secret, new or not."""
        self._secrets[name] = {"Name": name, "SecretString": value, "VersionId": str(uuid4())}

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:
        """A secret's present value."""
        if SecretId not in self._secrets:
            message = "Secrets Manager can't find the specified secret."
            raise refused("GetSecretValue", message, "ResourceNotFoundException")
        return dict(self._secrets[SecretId])
