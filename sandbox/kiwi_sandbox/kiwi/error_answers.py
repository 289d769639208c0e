"""KIWI's error answers: one shape, `details` only on 422 `VALIDATION_ERROR`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Issue:
    """A fault of a request: place and text."""

    field: str
    issue: str
    location: str = "body"


class ApiError(Exception):
    """An answer other than 200, with the name that KIWI gives it."""

    def __init__(
        self,
        status: int,
        name: str,
        message: str = "",
        *,
        issues: tuple[Issue, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {name}")
        self.status = status
        self.name = name
        self.message = message or name.replace("_", " ").capitalize()
        self.issues = issues
        self.headers = headers or {}

    @property
    def body(self) -> dict[str, Any]:
        """The error as it goes over the wire."""
        body: dict[str, Any] = {"name": self.name, "message": self.message}
        if self.issues:
            body["details"] = [
                {
                    "field": f"/{issue.field}" if issue.location == "body" else issue.field,
                    "issue": issue.issue,
                    "location": issue.location,
                }
                for issue in self.issues
            ]
        return body


class FrameworkError(ApiError):
    """An error answer of the framework behind KIWI: without a name."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, detail, headers=headers)
        self._detail = detail

    @property
    def body(self) -> dict[str, Any]:
        """The error as it goes over the wire."""
        return {"detail": self._detail}


class RedirectError(FrameworkError):
    """The framework's answer to a trailing slash: the place to go instead, and no body."""

    def __init__(self, location: str) -> None:
        super().__init__(307, "Temporary RedirectError", {"Location": location})


def invalid(*issues: Issue) -> ApiError:
    """The request is invalid."""
    return ApiError(422, "VALIDATION_ERROR", "Validation of the request failed", issues=issues)


def unexpected() -> ApiError:
    """KIWI fell over; nothing was changed."""
    return ApiError(500, "UNEXPECTED_ERROR", "An unexpected error occurred")


def not_found(kind: str) -> ApiError:
    """No object of that kind has that id."""
    return ApiError(404, f"{kind.upper()}_NOT_FOUND")
