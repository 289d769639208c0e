"""What can go wrong with KIWI, named for what to do next.

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

They are told apart by type, status and name, never by words. Their texts hold method, kind, id, status and
name, never personal data and never a secret.
"""

# ruff: noqa: N818
# (They are named for what to do next; the base says that they are errors.)

from collections.abc import Iterable


class KiwiError(Exception):
    """Any of the below. `about` says which request it was, without personal data."""

    def __init__(self, about: str = "") -> None:
        super().__init__(about)


class KiwiAway(KiwiError):
    """KIWI cannot be reached, or asks for a pause of `retry_after` seconds (None: it does not say)."""

    def __init__(self, retry_after: float | None = None, about: str = "") -> None:
        super().__init__(about)
        self.retry_after = retry_after


class KiwiUncertain(KiwiError):
    """A write was sent and its outcome is not known: look before repeating."""


class KiwiBroken(KiwiError):
    """KIWI failed at this object (500), or its answer cannot be read: this object only, later.

    A refusal in words that are not KIWI's own is one too: it neither says that the object is absent, nor that
    it is refused for good.
    After a write it is as unknown as after `KiwiUncertain` whether it happened: keep the doubt.
    """


class KiwiNotFound(KiwiError):
    """There is no such object."""


class KiwiCollision(KiwiError):
    """A write met a unique value that is taken, or lacks its tenant or unit; KIWI does not say which."""

    def __init__(self, name: str, about: str = "") -> None:
        super().__init__(about or name)
        self.name = name


class KiwiAccessFailed(KiwiError):
    """A transition of an agreement's access failed, and nothing but the agreement's deletion ends that.

    Raised as such where access was to be given: no door was opened. `words` are KIWI's own and may contain
    personal data.
    """

    def __init__(self, words: str, about: str = "") -> None:
        super().__init__(about)
        self.words = words


class KiwiAccessStuck(KiwiAccessFailed):
    """Access was to be taken away, and doors may still be open."""


class KiwiRefused(KiwiError):
    """KIWI refuses for good. `message` is KIWI's own words and may contain personal data.

    `fields` are the places of the refused values, such as `/email_address`.
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

    `name` is KIWI's where the log-in works and opens no organization; empty if the log-in itself is refused.
    """

    def __init__(self, about: str = "", name: str = "") -> None:
        super().__init__(about)
        self.name = name
