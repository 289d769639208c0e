"""Objects in KIWI: rental units, tenants and rental agreements, as sent and as read back."""

import math
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue


class Kind(StrEnum):
    """The kind of an object in KIWI."""

    RENTAL_UNIT = "rental_unit"
    TENANT = "tenant"
    RENTAL_AGREEMENT = "rental_agreement"


class _Model(BaseModel):
    # Values are personal data: errors must not show them.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Address(_Model):
    """The address of a unit. KIWI drops an address in which a text is empty (KIWI API, as observed)."""

    street: str
    postal_code: str
    city: str
    state: str
    country: str
    lat: float
    lng: float

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts that identify an address: KIWI keeps the coordinates that came first (as observed)."""
        return self.street, self.postal_code, self.city, self.state, self.country


class RentalUnit(_Model):
    """A flat, an office or any other let space."""

    external_id: str
    name: str
    address: Address | None


class Tenant(_Model):
    """A person or company that may get access."""

    external_id: str
    email_address: str
    first_name: str
    last_name: str


class RentalAgreement(_Model):
    """One tenant in one unit, from `start_at` to `end_at`: ISO 8601 date-times with an offset."""

    external_id: str
    tenant_id: str
    rental_unit_id: str
    start_at: str
    end_at: str


Payload = RentalUnit | Tenant | RentalAgreement

_PAYLOADS: Mapping[Kind, type[RentalUnit] | type[Tenant] | type[RentalAgreement]] = {
    Kind.RENTAL_UNIT: RentalUnit,
    Kind.TENANT: Tenant,
    Kind.RENTAL_AGREEMENT: RentalAgreement,
}


class AgreementState(_Model):
    """The desired and the actual door access of an agreement. `id` never changes."""

    id: str
    desired: str
    actual: str
    status: str
    error: JsonValue = None

    @property
    def access_is_on(self) -> bool:
        """Whether doors open, or are meant to."""
        return self.desired == "Active" or self.actual in {"Activating", "Activated"}

    @property
    def failed(self) -> bool:
        """Whether a transition failed: no reconciliation moves it any more (KIWI API, as observed)."""
        return self.status == "Error" and self.actual in {"Activating", "Deactivating"}

    @property
    def withdrawn(self) -> bool:
        """Whether no door opens, now or later: only then may the agreement be deleted.

        An activation that failed never opened a door.
        """
        if self.failed:
            return self.actual == "Activating"
        return self.desired == "Inactive" and self.actual in {"Created", "Deactivated"}

    @property
    def words(self) -> str:
        """KIWI's words about the failure."""
        return self.error if isinstance(self.error, str) else ""


class AccessPoint(_Model):
    """A door of a unit. `permission` is the one that everybody with access to the unit gets."""

    id: str
    name: str = ""
    permission: str = "IS_HOST"


class FoundObject(_Model):
    """An object as read back from KIWI. Only agreements have a `state`."""

    kind: Kind
    id: str
    payload: Payload
    state: AgreementState | None = None

    def same_as(self, payload: Payload) -> bool:
        """Whether KIWI already holds `payload`: date-times compare as instants, addresses by their texts.

        KIWI keeps the coordinates that came first with an address, so a difference there is not sent again.
        """
        return _comparable(self.payload) == _comparable(payload)


def read_found(kind: Kind, answer: object) -> FoundObject:
    """The object in KIWI's answer. Others may have written it: a null text is read as an empty one.

    Raises ValueError if the answer is no object of this kind; its text may contain personal data.
    """
    if not isinstance(answer, Mapping) or not isinstance(answer.get("id"), str):
        raise ValueError("not an object with an id")
    fields = {name: "" if value is None else value for name, value in answer.items()}
    if kind is Kind.RENTAL_UNIT:
        fields["address"] = _address(answer.get("address"))
    state = answer.get("state") if kind is Kind.RENTAL_AGREEMENT else None
    return FoundObject(
        kind=kind,
        id=answer["id"],
        payload=_PAYLOADS[kind].model_validate(fields),
        state=None if state is None else AgreementState.model_validate(state),
    )


def read_answer(kind: Kind, answer: object) -> FoundObject | None:
    """The object in KIWI's answer to a successful write; None if it cannot be read."""
    try:
        return read_found(kind, answer)
    except ValueError:
        return None


def _address(answer: object) -> object:
    """An address, perhaps incomplete: a missing text is empty, a missing coordinate is not a number."""
    if not isinstance(answer, Mapping):
        return answer
    gaps = {name: math.nan if name in {"lat", "lng"} else "" for name in Address.model_fields}
    return gaps | {name: value for name, value in answer.items() if value is not None}


def _comparable(payload: Payload) -> object:
    if isinstance(payload, RentalAgreement):
        instants = _instant(payload.start_at), _instant(payload.end_at)
        return payload.external_id, payload.tenant_id, payload.rental_unit_id, instants
    if isinstance(payload, RentalUnit) and payload.address is not None and all(payload.address.texts):
        return payload.external_id, payload.name, payload.address.texts
    return payload


def _instant(text: str) -> datetime | str:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text
