"""What KIWI holds: organizations, each with its rental units, tenants, rental agreements and doors."""

from collections import defaultdict
from typing import Any, TypeAlias

from kiwi_local.kiwi.errors import not_found

Object: TypeAlias = dict[str, Any]
Grant: TypeAlias = tuple[str, str, str]


class Collection:
    """The objects of one kind in one organization, with indexes for what is unique and who refers to whom."""

    def __init__(self, kind: str, *, unique: tuple[str, ...], references: tuple[str, ...] = ()) -> None:
        self._kind = kind
        self._objects: dict[str, Object] = {}
        self._holders: dict[str, dict[str, str]] = {field: {} for field in unique}
        self._referrers: dict[str, defaultdict[str, set[str]]] = {
            field: defaultdict(set) for field in references
        }

    def __contains__(self, key: str) -> bool:
        return key in self._objects

    def all(self) -> list[Object]:
        """Every object, in the order of creation."""
        return list(self._objects.values())

    def get(self, key: str) -> Object:
        """The object, or 404."""
        if key not in self._objects:
            raise not_found(self._kind)
        return self._objects[key]

    def put(self, item: Object) -> Object:
        """Store a new object, or one in place of the object with the same id."""
        key = item["id"]
        if key in self._objects:
            self._forget(self._objects[key])
        self._objects[key] = item
        for field, holders in self._holders.items():
            # What a person creates by hand may have no external id: nothing to be unique.
            if item[field] is not None:
                holders[item[field]] = key
        for field, referrers in self._referrers.items():
            referrers[item[field]].add(key)
        return item

    def remove(self, key: str) -> Object:
        """Take the object away, or 404."""
        item = self.get(key)
        self._forget(item)
        del self._objects[key]
        return item

    def taken(self, item: Object) -> bool:
        """Whether another object holds one of the values of `item` that must be unique."""
        return any(
            holders.get(item[field], item["id"]) != item["id"] for field, holders in self._holders.items()
        )

    def refers(self, field: str, key: str) -> bool:
        """Whether some object refers to `key` in `field`."""
        return bool(self._referrers[field].get(key))

    def _forget(self, item: Object) -> None:
        for field, holders in self._holders.items():
            holders.pop(item[field], None)
        for field, referrers in self._referrers.items():
            referrers[item[field]].discard(item["id"])
            if not referrers[item[field]]:
                del referrers[item[field]]


class Organization:
    """One organization's data. `doors` outlives the agreements that it was granted for."""

    def __init__(self, organization_id: int) -> None:
        self.id = organization_id
        self.rental_units = Collection("rental_unit", unique=("external_id",))
        self.tenants = Collection("tenant", unique=("external_id", "email_address"))
        self.rental_agreements = Collection(
            "rental_agreement", unique=("external_id",), references=("tenant_id", "rental_unit_id")
        )
        self.doors: set[Grant] = set()
        self.deleted_with_access: list[str] = []
        # How many more reads of an agreement's state see it on its way.
        self.underway: dict[str, int] = {}
        self.reconcile_reads = 0
