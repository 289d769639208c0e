"""Doors and the accounts that may open them: one permission per pair, from any number of agreements."""

from collections import defaultdict

SEEN = 20
"""The number of a door's permissions that KIWI searches for the one to remove."""


class Doors:
    """Permissions and the accounts of residents, over all organizations."""

    def __init__(self) -> None:
        self.accounts: set[str] = set()
        self._permissions: defaultdict[str, list[str]] = defaultdict(list)

    def grant(self, account: str, door: str) -> None:
        """Let an account open a door, which is created if it does not exist."""
        self.accounts.add(account)
        if account not in self._permissions[door]:
            self._permissions[door].append(account)

    def withdraw(self, account: str, door: str) -> None:
        """Take a door from an account, if its permission is among the first."""
        if account in self._permissions[door][:SEEN]:
            self._permissions[door].remove(account)

    def permissions(self) -> set[tuple[str, str]]:
        """The accounts that may open each door."""
        return {(account, door) for door, accounts in self._permissions.items() for account in accounts}
