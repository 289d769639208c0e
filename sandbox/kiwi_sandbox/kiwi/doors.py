"""Doors: which account may open which, by one permission for both, whatever agreements it comes from."""

from collections import defaultdict

SEEN = 20
"""As many of a door's permissions KIWI looks through to find the one that it is to remove."""


class Doors:
    """Permissions and the accounts of residents, over all organizations."""

    def __init__(self) -> None:
        self.accounts: set[str] = set()
        self._permissions: defaultdict[str, list[str]] = defaultdict(list)

    def grant(self, account: str, door: str) -> None:
        """Let an account open a door, which is created if there is none."""
        self.accounts.add(account)
        if account not in self._permissions[door]:
            self._permissions[door].append(account)

    def withdraw(self, account: str, door: str) -> None:
        """Take a door from an account, if its permission is among the first."""
        if account in self._permissions[door][:SEEN]:
            self._permissions[door].remove(account)

    def permissions(self) -> set[tuple[str, str]]:
        """Which account may open which door."""
        return {(account, door) for door, accounts in self._permissions.items() for account in accounts}
