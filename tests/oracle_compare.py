"""Compares KIWI's required content with its present one, field by field."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from tests.oracle_model import AgreementClaim, Expected, Key, TenantClaim, UnitClaim

Objects = dict[str, Mapping[str, Any]]
Content = Mapping[str, Mapping[str, Mapping[str, Any]]]
YES, MAYBE, NO = "yes", "maybe", "no"
ADDRESS_TEXTS = ("street", "postal_code", "city", "state", "country")
"""The fields that identify an address: KIWI keeps the first coordinates, from any sender."""


def differences(expected: Expected, content: Content, *, foreign: Collection[str] = ()) -> list[str]:
    """The faults in the content, one line each; `foreign`: the KIWI ids of other people's objects."""
    held = _Held(content, foreign)
    return [
        *_certain(
            "rental_unit",
            held.units,
            {name: _unit(wanted) for name, wanted in expected.rental_units.items()},
            expected.contested_units,
        ),
        *_certain("tenant", held.tenants, expected.tenants, expected.contested_tenants),
        *_certain(
            "rental_agreement", held.agreements, expected.rental_agreements, expected.contested_agreements
        ),
        *_contested_units(expected, held),
        *_contested_tenants(expected, held),
        *_addresses_held(expected, held),
        *_contested_agreements(expected, held),
    ]


class _Held:
    """KIWI's content by external id, in the oracle's terms."""

    def __init__(self, content: Content, foreign: Collection[str]) -> None:
        self.units = _by_external_id(content, "rental_unit", foreign, _unit)
        self.tenants = _by_external_id(content, "tenant", foreign, _tenant)
        names = {
            kind: {id_: str(item["external_id"]) for id_, item in content.get(kind, {}).items()}
            for kind in ("tenant", "rental_unit")
        }
        self.agreements = _by_external_id(
            content, "rental_agreement", foreign, lambda item: _agreement(item, names)
        )


def _by_external_id(content: Content, kind: str, foreign: Collection[str], in_our_terms: Any) -> Objects:
    items = content.get(kind, {}).items()
    return {str(item["external_id"]): in_our_terms(item) for id_, item in items if id_ not in foreign}


def _unit(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """A unit, required or present. Coordinates count as present or absent, whatever their values."""
    address = item["address"]
    if address is not None:
        there = {name: isinstance(address.get(name), int | float) for name in ("lat", "lng")}
        address = {name: address.get(name) for name in ADDRESS_TEXTS} | there
    return {"name": item["name"], "address": address}


def _tenant(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: item[name] for name in ("email_address", "first_name", "last_name")}


def _agreement(item: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]) -> Mapping[str, Any]:
    return {
        "tenant": names["tenant"].get(item["tenant_id"]),
        "rental_unit": names["rental_unit"].get(item["rental_unit_id"]),
        "start_at": datetime.fromisoformat(item["start_at"]),
        "end_at": datetime.fromisoformat(item["end_at"]),
    }


def _certain(
    kind: str, held: Objects, certain: Mapping[str, Mapping[str, Any]], contested: Collection[str]
) -> Iterator[str]:
    for name, wanted in certain.items():
        found = held.get(name)
        if found is None:
            yield f"{kind} {name}: missing"
            continue
        for field, value in wanted.items():
            if found[field] != value:
                yield f"{kind} {name}: {field} is {found[field]!r}, not {value!r}"
    for name in held:
        if name not in certain and name not in contested:
            yield f"{kind} {name}: should not be there"


def _contested_units(expected: Expected, held: _Held) -> Iterator[str]:
    for name, claims in expected.contested_units.items():
        if name not in held.units:
            yield f"rental_unit {name}: none of {len(claims)} is there"
        elif not any(_unit(claim.content) == held.units[name] for claim in claims):
            yield f"rental_unit {name}: {held.units[name]!r} is none of {len(claims)}"


def _contested_tenants(expected: Expected, held: _Held) -> Iterator[str]:
    """A contested tenant is there as wanted, or as it was before, or not at all."""
    for name, claims in expected.contested_tenants.items():
        found = held.tenants.get(name)
        if found is not None and not any(_may_be(claim, found) for claim in claims):
            yield f"tenant {name}: {found!r} is neither what it should be nor what it was"


def _may_be(claim: TenantClaim, found: Mapping[str, Any]) -> bool:
    """Whether the object is as required, or as before while its required address is another one."""
    stale = [former for former in claim.former if former["email_address"] != claim.content["email_address"]]
    return found in (claim.content, *stale)


def _addresses_held(expected: Expected, held: _Held) -> Iterator[str]:
    """Every address that a contested tenant wants has one holder, unless all claimants may lack their id."""
    holders: dict[str, list[str]] = {}
    for name, tenant in held.tenants.items():
        holders.setdefault(tenant["email_address"], []).append(name)
    claimants: dict[str, set[str]] = {}
    for name, claims in expected.contested_tenants.items():
        for claim in claims:
            claimants.setdefault(claim.content["email_address"], set()).add(name)
    for address, names in claimants.items():
        if len(holders.get(address, [])) > 1:
            yield f"tenant {sorted(holders[address])}: all hold {address}"
        if address not in holders and not names <= expected.external_id_contenders["tenant"]:
            yield f"tenant {sorted(names)}: none holds {address}"


def _contested_agreements(expected: Expected, held: _Held) -> Iterator[str]:
    for name, claims in expected.contested_agreements.items():
        found = held.agreements.get(name)
        chances = [_chance(expected, held, claim) for claim in claims]
        if found is None:
            if all(chance == YES for chance in chances):
                yield f"rental_agreement {name}: missing, though its tenant and unit are there"
        elif all(chance == NO for chance in chances):
            yield f"rental_agreement {name}: should not be there, its tenant or unit is not"
        elif not any(
            claim.content == found for claim, chance in zip(claims, chances, strict=True) if chance != NO
        ):
            yield f"rental_agreement {name}: {found!r} is not what it should be"


def _chance(expected: Expected, held: _Held, claim: AgreementClaim) -> str:
    """Whether the agreement's tenant and unit are in KIWI."""
    tenants = expected.contested_tenants.get(claim.content["tenant"], ())
    units = expected.contested_units.get(claim.content["rental_unit"], ())
    both = {
        _is_there(claim.tenant_key, tenants, held.tenants.get(claim.content["tenant"])),
        _is_there(claim.unit_key, units, held.units.get(claim.content["rental_unit"])),
    }
    return NO if NO in both else MAYBE if MAYBE in both else YES


def _is_there(
    key: Key, claims: tuple[TenantClaim, ...] | tuple[UnitClaim, ...], found: Mapping[str, Any] | None
) -> str:
    """Whether the object that is found is this key's; it is, where no other claims the external id."""
    if found is None:
        return NO
    if len(claims) < 2:
        return YES
    matching = [claim.key for claim in claims if _matches(claim, found)]
    if key not in matching:
        return NO
    return YES if len(matching) == 1 else MAYBE


def _matches(claim: TenantClaim | UnitClaim, found: Mapping[str, Any]) -> bool:
    return _may_be(claim, found) if isinstance(claim, TenantClaim) else _unit(claim.content) == found
