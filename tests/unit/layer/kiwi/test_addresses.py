"""Units of one house that are brought at the same moment: KIWI refuses some, though nothing is wrong."""

import threading

import pytest
from kiwi_sync.kiwi.addresses import REFUSED, TRIES, NewAddresses
from kiwi_sync.kiwi.errors import KiwiAway, KiwiError, KiwiRefused
from kiwi_sync.kiwi.models import Address

HOUSE = Address(street="Weg 1", postal_code="50667", city="Köln", state="NW", country="DE", lat=50.9, lng=6.9)
NEXT_DOOR = HOUSE.model_copy(update={"street": "Weg 2"})


class Kiwi:
    """Refuses as often as it is told, then accepts."""

    def __init__(self, *errors: KiwiError) -> None:
        self.errors = list(errors)
        self.asked = 0
        self.waited: list[int] = []
        self.addresses = NewAddresses(self.waited.append)

    def bring(self, address: Address = HOUSE) -> str:
        return self.addresses.bring(address, self._answer)

    def _answer(self) -> str:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)
        return "there"


def refusal(name: str = REFUSED) -> KiwiRefused:
    return KiwiRefused(400, name, "")


def test_who_loses_the_race_tries_again_later_each_time() -> None:
    kiwi = Kiwi(refusal(), refusal())
    assert kiwi.bring() == "there"
    assert (kiwi.asked, kiwi.waited) == (3, [1, 2])


def test_an_address_that_is_refused_every_time_is_refused_and_its_house_is_asked_once_each() -> None:
    kiwi = Kiwi(*(refusal() for _ in range(TRIES + 1)))
    for asked in (TRIES, TRIES + 1):
        with pytest.raises(KiwiRefused):
            kiwi.bring()
        assert kiwi.asked == asked
    assert kiwi.bring() == "there"
    assert kiwi.bring(NEXT_DOOR) == "there"


@pytest.mark.parametrize("error", [refusal("VALIDATION_ERROR"), KiwiAway(None, "")])
def test_other_failures_are_not_repeated(error: KiwiError) -> None:
    kiwi = Kiwi(error)
    with pytest.raises(type(error)):
        kiwi.bring()
    assert kiwi.asked == 1
    assert kiwi.bring() == "there"


def test_the_first_of_a_house_goes_alone_and_other_houses_do_not_wait() -> None:
    addresses = NewAddresses(lambda _nth: None)
    begun, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def first() -> None:
        begun.set()
        assert go_on.wait(10)
        order.append("first")

    def bring(address: Address, name: str) -> threading.Thread:
        thread = threading.Thread(target=addresses.bring, args=(address, lambda: order.append(name)))
        thread.start()
        return thread

    leader = threading.Thread(target=addresses.bring, args=(HOUSE, first))
    leader.start()
    assert begun.wait(10)
    followers = [bring(HOUSE, f"follower {nth}") for nth in range(3)]
    bring(NEXT_DOOR, "next door").join(10)
    assert order == ["next door"]
    go_on.set()
    for thread in (leader, *followers):
        thread.join(10)
    assert order[:2] == ["next door", "first"]
    assert len(order) == 5
