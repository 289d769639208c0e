"""Coordinates of a unit's address: KIWI keeps those that came first, whoever has sent them."""

from kiwi_sync.kiwi.models import Address, Found, RentalUnit

CLOSE = 1e-10
"""Degrees: KIWI rounds to ten decimals, which moves a number by less (KIWI API, as observed)."""


def coordinates_of(found: Found | None) -> str | None:
    """The coordinates of a unit in KIWI, as a row remembers them; None if there is no address, or no unit."""
    if found is None or not isinstance(found.payload, RentalUnit) or found.payload.address is None:
        return None
    return f"{found.payload.address.lat!r} {found.payload.address.lng!r}"


def agree(remembered: str, address: Address) -> bool:
    """Whether KIWI's coordinates are those of the address, but for KIWI's rounding.

    Nobody has seen how KIWI rounds a half, so numbers are compared by their distance and not rounded here.
    """
    lat, lng = map(float, remembered.split())
    return abs(lat - address.lat) < CLOSE and abs(lng - address.lng) < CLOSE
