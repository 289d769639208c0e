"""Secrets Manager in memory, as much of it as load uses."""

import json
from typing import Any


class MemorySecrets:
    """Secrets by name; every `put` makes a new version."""

    class exceptions:  # noqa: N801 (boto3's own name)
        """The errors that it names."""

        class ResourceNotFoundException(Exception):  # noqa: N818 - boto3's own name
            """There is no such secret."""

    def __init__(self) -> None:
        self.secrets: dict[str, list[str]] = {}

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
        if SecretId not in self.secrets:
            raise self.exceptions.ResourceNotFoundException
        return {"VersionId": self.version(SecretId), "SecretString": self.secrets[SecretId][-1]}
