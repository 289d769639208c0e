"""Coordinates of a unit's address: KIWI keeps those it received first, from any sender."""

from kiwi_sync.kiwi.models import Address, FoundObject, RentalUnit

CLOSE = 1e-10
"""The tolerance in degrees: KIWI rounds to ten decimals, a smaller change (KIWI API, as observed)."""


def coordinates_of(found: FoundObject | None) -> str | None:
    """The coordinates of a unit in KIWI, as a row keeps them; None without an address or a unit."""
    if found is None or not isinstance(found.payload, RentalUnit) or found.payload.address is None:
        return None
    return f"{found.payload.address.lat!r} {found.payload.address.lng!r}"


def agree(remembered: str, address: Address) -> bool:
    """Whether KIWI's coordinates are those of the address, up to KIWI's rounding.

    KIWI's rounding of halves has not been observed, so distances are compared and nothing is rounded here.
    """
    lat, lng = map(float, remembered.split())
    return abs(lat - address.lat) < CLOSE and abs(lng - address.lng) < CLOSE
