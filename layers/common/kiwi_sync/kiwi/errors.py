"""Errors of KIWI, named for the next thing to do.

    KiwiError
    ├── KiwiAway           nothing happened: try later, and leave the whole connection alone until then
    ├── KiwiUncertain      a write that may have happened: look before repeating
    ├── KiwiBroken         KIWI fails at this one object: try this object later
    ├── KiwiNotFound       the object is not there
    ├── KiwiCollision      something else holds a unique value, or a parent is missing: find out what
    ├── KiwiAccessFailed   access was not given, and never will be to this agreement: make it anew
    ├── KiwiAccessStuck    access was perhaps not taken away, and never will be: a person at KIWI has to help
    ├── KiwiRefused        refused for good: only other data or a person helps
    └── KiwiLoginRefused   the log-in does not work: the connection needs a person

Type, status and name tell them apart, never words. Their texts hold method, kind, id, status and name, never
personal data and never a secret.
"""

# ruff: noqa: N818
# (They are named for what to do next; the base says that they are errors.)

from collections.abc import Iterable


class KiwiError(Exception):
    """Base of the errors below. `about` names the request, free of personal data."""

    def __init__(self, about: str = "") -> None:
        super().__init__(about)


class KiwiAway(KiwiError):
    """KIWI cannot be reached, or asks for a pause of `retry_after` seconds (None: it does not say)."""

    def __init__(self, retry_after: float | None = None, about: str = "") -> None:
        super().__init__(about)
        self.retry_after = retry_after


class KiwiUncertain(KiwiError):
    """A write was sent and its result is unknown: look before repeating."""


class KiwiBroken(KiwiError):
    """KIWI failed at this object (500), or its answer cannot be read: this object only, later.

    Also a refusal in words that are not KIWI's own: it says neither that the object is absent nor that it is
    refused for good. After a write it leaves the same doubt as `KiwiUncertain`.
    """


class KiwiNotFound(KiwiError):
    """The object does not exist."""


class KiwiCollision(KiwiError):
    """A write met a taken unique value, or lacks its tenant or unit; KIWI does not say which."""

    def __init__(self, name: str, about: str = "") -> None:
        super().__init__(about or name)
        self.name = name


class KiwiAccessFailed(KiwiError):
    """A transition of an agreement's access failed; only deleting the agreement ends that state.

    Raised itself where access was to be given: no door was opened. `words` are KIWI's own and may contain
    personal data.
    """

    def __init__(self, words: str, about: str = "") -> None:
        super().__init__(about)
        self.words = words


class KiwiAccessStuck(KiwiAccessFailed):
    """Access was to be taken away, and doors may still be open."""


class KiwiRefused(KiwiError):
    """KIWI refuses for good. `message` is KIWI's own words and may contain personal data.

    `fields` are the places of the refused values, for example `/email_address`.
    """

    def __init__(
        self, status: int, name: str, message: str, fields: Iterable[str] = (), about: str = ""
    ) -> None:
        super().__init__(about or f"{status} {name}")
        self.status = status
        self.name = name
        self.message = message
        self.fields = tuple(fields)


class KiwiLoginRefused(KiwiError):
    """User name and password are wrong, or do not open this organization.

    `name` is KIWI's, if the log-in works but opens no organization; empty if the log-in itself is refused.
    """

    def __init__(self, about: str = "", name: str = "") -> None:
        super().__init__(about)
        self.name = name
