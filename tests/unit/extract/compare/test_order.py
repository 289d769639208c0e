"""The order in which exports arrive does not matter."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extent import extent
from tests.unit.extract.rig import Rig
from tests.unit.extract.told import MANDANTEN, NUMBERS, Key, Said, Told, model


def outcome(history: list[Told], arrival: list[int]) -> dict[str, str]:
    """The rows after the exports, in the order of their arrival."""
    rig = Rig()
    rig.settings.store(*MANDANTEN)
    rig.extract_all(history[number].export(number + 1) for number in arrival)
    return {key: json.loads(record)["firma"] for key, record in rig.live().items()}


def said(*words: Said) -> st.SearchStrategy[dict[Key, Said]]:
    keys = st.tuples(st.sampled_from(MANDANTEN), st.sampled_from(NUMBERS))
    return st.dictionaries(keys, st.sampled_from(words), max_size=4)


NAMELESS = st.lists(st.sampled_from([*MANDANTEN, None]), max_size=1).map(tuple)
LISTED = st.sampled_from([MANDANTEN, *((mandant,) for mandant in MANDANTEN)])
TOLD = st.builds(Told, said("a", "b", "bad", "twice"), LISTED, NAMELESS) | st.builds(
    Told, said("a", "b", "bad", "twice", "deleted"), st.just(()), NAMELESS
)


@given(st.lists(TOLD, min_size=1, max_size=6), st.data())
@settings(max_examples=extent(30, 80))
def test_any_order_ends_like_the_order_of_versions(history: list[Told], data: st.DataObject) -> None:
    arrival = data.draw(st.permutations(range(len(history))))
    again = data.draw(st.lists(st.sampled_from(range(len(history))), max_size=3))
    assert outcome(history, [*arrival, *again]) == model(history)


KEY: Key = ("0001", "1")
A, B, BAD = Told({KEY: "a"}), Told({KEY: "b"}), Told({KEY: "bad"}, ("0001",))
SAYS_A, SAYS_NOTHING = Told({KEY: "a"}, ("0001",)), Told({}, ("0001",))
NAMES_NONE = Told({}, ("0001",), ("0001",))


@pytest.mark.parametrize(
    ("history", "arrival"),
    [
        pytest.param([A, B, SAYS_A, BAD], [0, 3, 2, 1], id="a late full confirms what a newer one rejected"),
        pytest.param(
            [B, SAYS_NOTHING, BAD], [2, 1, 0], id="a late full leaves out what a newer one rejected"
        ),
        pytest.param([B, SAYS_NOTHING, NAMES_NONE], [2, 1, 0], id="absence that the newer one did not judge"),
        pytest.param([SAYS_A, B, NAMES_NONE], [2, 0, 1], id="a late full creates, a late delta changes"),
        pytest.param([A, BAD, NAMES_NONE], [1, 2, 0], id="rejected once, then nameless, then late"),
        pytest.param([A, B, BAD, NAMES_NONE], [2, 3, 0, 1], id="the same, and two come late"),
        pytest.param([B, BAD, SAYS_NOTHING, NAMES_NONE], [3, 2, 1, 0], id="backwards"),
        pytest.param(
            [B, BAD, SAYS_NOTHING, NAMES_NONE], [3, 1, 2, 0], id="rejected by a late one, then gone"
        ),
    ],
)
def test_orders_that_were_wrong_once(history: list[Told], arrival: list[int]) -> None:
    assert outcome(history, arrival) == model(history)
