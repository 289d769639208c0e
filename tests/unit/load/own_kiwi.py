"""The embedded KIWI as one organization sees it."""

from typing import Any

from kiwi_sandbox.kiwi import EmbeddedKiwi, Faults


class OwnKiwi:
    """The embedded KIWI, whose ids of one organization are said without it: `0001--7`."""

    def __init__(self, kiwi: EmbeddedKiwi, organization: int) -> None:
        self._kiwi = kiwi
        self._organization = organization

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kiwi, name)

    @property
    def faults(self) -> Faults:
        return self._kiwi.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._kiwi.faults = faults

    def whole(self, key: str) -> str:
        """An id as KIWI knows it; those that are not made by us are so already."""
        return f"{self._organization}--{key}" if key.startswith("0001--") else key

    def put_object(self, kind: str, item: dict[str, Any], organization: int) -> None:
        names = ("id", "tenant_id", "rental_unit_id")
        ids = {name: self.whole(item[name]) for name in names if name in item}
        self._kiwi.put_object(kind, item | ids, organization)

    def remove_object(self, kind: str, key: str, organization: int) -> None:
        self._kiwi.remove_object(kind, self.whole(key), organization)

    def set_access(self, key: str, on: bool, organization: int) -> None:
        self._kiwi.set_access(self.whole(key), on, organization)

    def resolve_stuck(self, key: str, organization: int) -> None:
        self._kiwi.resolve_stuck(self.whole(key), organization)
