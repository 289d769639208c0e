"""The content of KIWI: organizations with their units, tenants and agreements, and the doors."""

import random
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeAlias

from kiwi_sandbox.kiwi.address_book import AddressBook
from kiwi_sandbox.kiwi.doors import Doors
from kiwi_sandbox.kiwi.error_answers import not_found
from kiwi_sandbox.kiwi.order import Order

Object: TypeAlias = dict[str, Any]


class Collection:
    """The objects of one kind in one organization, indexed by unique values and references."""

    def __init__(
        self, kind: str, order: Order, *, unique: tuple[str, ...], references: tuple[str, ...] = ()
    ) -> None:
        self._kind = kind
        self._order = order
        self._created: dict[str, int] = {}
        self._removed: dict[str, tuple[int, Object]] = {}
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
        else:
            self._created[key] = self._order.next()
        self._objects[key] = item
        for field, holders in self._holders.items():
            # An object created by hand may have no external id: nothing to be unique.
            if item[field] is not None:
                holders[item[field]] = key
        for field, referrers in self._referrers.items():
            referrers[item[field]].add(key)
        return item

    def remove(self, key: str) -> Object:
        """Delete the object, or raise 404."""
        item = self.get(key)
        self._forget(item)
        del self._objects[key]
        self._removed[key] = self._order.next(), item
        return item

    def created_meanwhile(self, key: str) -> bool:
        """Whether the object was created since the present request came in."""
        return key in self._objects and self._created[key] > self._order.came_in

    def removed_meanwhile(self, key: str) -> Object | None:
        """The object, if it was deleted since the present request came in."""
        moment, item = self._removed.get(key, (0, {}))
        return item if moment > self._order.came_in else None

    def taken(self, item: Object) -> bool:
        """Whether another object holds one of the unique values of `item`."""
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


class Shared:
    """State and behaviour that all organizations share."""

    def __init__(self, seed: int) -> None:
        self.organizations: dict[int, Organization] = {}
        self.order = Order()
        self.addresses = AddressBook(self.order, seed)
        self.doors = Doors()
        self.draws = random.Random(seed + 3)  # noqa: S311 - repeatable on purpose
        self._orders = random.Random(seed + 4)  # noqa: S311 - repeatable on purpose
        self.reconcile_failures = 0.0
        self.reconcile_away = 0.0
        self.reconcile_moves_doors = True
        self.auto_doors = False
        self.one_unit_per_sensor = False
        self.failing: list[str | None] = []
        """The next reconciliations to fail, each by the state that it desires; None: any."""
        self.knows_session: Callable[[str], bool] = lambda _key: False

    def unordered(self, objects: list[Object]) -> list[Object]:
        """The objects in a random order."""
        return self._orders.sample(objects, len(objects))

    def reconcile_fails(self, desired: str) -> bool:
        """Whether this reconciliation fails half-way."""
        if self.failing and self.failing[0] in {None, desired}:
            self.failing.pop(0)
            return True
        return self.draws.random() < self.reconcile_failures

    def state(self, state_id: str) -> Object | None:
        """The state with this id, of any agreement of any organization."""
        for organization in self.organizations.values():
            for agreement in organization.rental_agreements.all():
                if agreement["state"]["id"] == state_id:
                    state: Object = agreement["state"]
                    return state
        return None


class Organization:
    """One organization's data."""

    def __init__(self, organization_id: int, shared: Shared) -> None:
        self.id = organization_id
        self.shared = shared
        self.rental_units = Collection("rental_unit", shared.order, unique=("external_id",))
        self.tenants = Collection("tenant", shared.order, unique=("external_id", "email_address"))
        self.rental_agreements = Collection(
            "rental_agreement",
            shared.order,
            unique=("external_id",),
            references=("tenant_id", "rental_unit_id"),
        )
        self.access_points: defaultdict[str, dict[str, Object]] = defaultdict(dict)
        """Access points, by unit and id."""
        self.deleted_with_access: list[str] = []
