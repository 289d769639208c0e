"""Two claims for one tenant: all or none, whatever else happens, and rest at the end."""

import itertools
from collections.abc import Callable, Collection, Iterator
from functools import partial

from kiwi_load.claiming import let_go, take, take_all
from kiwi_sync.keys import RowKey

from tests.unit.load.points import Crash, PointedQueue, PointedTable, Points
from tests.unit.transform.world import tenant_key

A, B, C = (RowKey.parse(tenant_key(number)) for number in ("1", "2", "3"))
ID, ONE, OTHER = "%claim#c#mieter#id", "%claim#c#mieter#one", "%claim#c#mieter#other"
WANTED = {A: (ID, ONE), B: (ID, OTHER)}
"""Two tenants with one external id and two addresses."""


class Contest:
    """Two rows that need two claims each; each wake-up is a new try."""

    def __init__(self, taken: Collection[str]) -> None:
        self.points = Points()
        self.table = PointedTable(self.points)
        self.load = PointedQueue(self.points)
        self.waiting: dict[RowKey, str | None] = {}
        for claim in taken:
            assert take(self.table, claim, C, waited=False)

    def tries(self, key: RowKey, *, crashed: bool = False) -> None:
        waited = crashed or self.waiting.get(key) is not None
        self.waiting[key] = take_all(
            self.table, self.load, WANTED[key], key, held=(), waited=waited, crashed=crashed
        )

    def rest(self) -> None:
        """Deliver every wake-up, until there is none."""
        for _ in range(20):
            for text in self.load.keys():  # noqa: SIM118 (not a mapping)
                self.tries(RowKey.parse(text))
            if not self.load.sent:
                return
        raise AssertionError("they wake each other for ever")

    def holders(self) -> dict[str, str]:
        items = {claim: self.table.get((claim, "holder")) for claim in (ID, ONE, OTHER)}
        return {claim: str(item["holder"]) for claim, item in items.items() if item}

    def waiters(self) -> set[tuple[str, str]]:
        return {
            (claim, str(item["waiter"]))
            for claim in (ID, ONE, OTHER)
            for item in self.table.query(claim, prefix="waiter#")
        }


def contests(taken: Collection[str], happening: Callable[[Contest, str], object]) -> Iterator[Contest]:
    """A tries; before each of its effects in turn, and then before none, something else happens. At rest."""
    for at in itertools.count(1):
        contest = Contest(taken)
        contest.points.happening = partial(happening, contest)
        _interrupted(contest, at)
        yield contest
        if not contest.points.happened:
            return


def _interrupted(contest: Contest, at: int) -> None:
    contest.points.at = at
    contest.points.arm()
    try:
        contest.tries(A)
    except Crash:
        contest.tries(A, crashed=True)
    contest.points.armed = False
    contest.rest()


def test_who_can_have_both_has_them_in_whatever_moment_it_comes() -> None:
    for contest in contests([ONE], lambda contest, _what: contest.tries(B)):
        if contest.points.happened:
            assert contest.holders() == {ONE: C.text, ID: B.text, OTHER: B.text}
            assert contest.waiting[B] is None
        assert contest.waiting[A] in {ID, ONE}
        assert contest.waiters() == {(str(contest.waiting[A]), A.text)}


def test_two_that_lack_an_address_keep_the_external_id_from_nobody() -> None:
    for contest in contests([ONE, OTHER], lambda contest, _what: contest.tries(B)):
        assert contest.holders() == {ONE: C.text, OTHER: C.text}
        assert all(claim in {ONE, OTHER} for claim in contest.waiting.values())
        assert contest.waiters() == {(str(claim), key.text) for key, claim in contest.waiting.items()}


def test_an_address_that_is_freed_in_the_middle_is_taken() -> None:
    def frees(contest: Contest, _what: str) -> None:
        let_go(contest.table, contest.load, ONE, C)

    for contest in contests([ONE], frees):
        if contest.points.happened:
            assert contest.holders() == {ID: A.text, ONE: A.text}
            assert contest.waiters() == set()


def test_a_waiter_is_woken_though_the_load_that_kept_it_waiting_died() -> None:
    for at in itertools.count(1):
        contest = Contest([ONE])
        take(contest.table, ID, A, waited=False)
        contest.tries(B)
        assert contest.waiting[B] == ID
        _interrupted(contest, at)
        assert contest.holders() == {ONE: C.text, ID: B.text, OTHER: B.text}
        assert contest.waiters() == {(ONE, A.text)}
        if not contest.points.happened:
            return


def test_what_is_used_in_kiwi_is_kept_while_another_is_waited_for() -> None:
    contest = Contest([ONE])
    contest.tries(B)
    let_go(contest.table, contest.load, OTHER, B)
    take(contest.table, OTHER, C, waited=False)
    refused = take_all(contest.table, contest.load, WANTED[B], B, held=(ID,), waited=False, crashed=False)
    assert refused == OTHER
    assert contest.holders()[ID] == B.text
