"""Secrets Manager in memory, as much of it as load uses."""

import json
from typing import Any

from botocore.exceptions import ClientError


class MemorySecrets:
    """Secrets by name; every `put` makes a new version."""

    def __init__(self) -> None:
        self.secrets: dict[str, list[str]] = {}
        self.forbids: str | None = None
        """The code that every request is refused with."""

    def put(self, name: str, content: Any) -> str:
        """Store a new version; its id."""
        text = content if isinstance(content, str) else json.dumps(content)
        self.secrets.setdefault(name, []).append(text)
        return self.version(name)

    def version(self, name: str) -> str:
        """The id of the present version."""
        return f"version-{len(self.secrets[name])}"

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803 - boto3's own name
        """The present version."""
        code = self.forbids or (None if SecretId in self.secrets else "ResourceNotFoundException")
        if code is not None:
            raise ClientError({"Error": {"Code": code, "Message": ""}}, "GetSecretValue")
        return {"VersionId": self.version(SecretId), "SecretString": self.secrets[SecretId][-1]}
