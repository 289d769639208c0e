"""Every short history of one key in one partition, in every order of arrival."""

import itertools
import json
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kiwi_extract.compare.compare import PartitionScope
from kiwi_extract.compare.partition_reader import PartitionReader
from kiwi_extract.compare.partition_writer import PartitionWriter
from kiwi_extract.compare.source_writer import SourceWriter
from kiwi_extract.records.entry import Entry

from tests.extent import extent
from tests.unit.extract.exports import CONNECTION, version
from tests.unit.extract.rig import GRACE, Inline, Rig, key
from tests.unit.extract.told import Told, model

KEY = ("0001", "1")
ONE = (KEY[0],)
FULL = [Told({KEY: "a"}, ONE), Told({KEY: "b"}, ONE), Told({}, ONE), Told({KEY: "bad"}, ONE)]
NAMELESS = [Told({}, ONE, ONE), Told({KEY: "a"}, ONE, ONE), Told({KEY: "bad"}, ONE, ONE)]
DELTA = [Told({KEY: "a"}), Told({KEY: "b"}), Told({KEY: "deleted"}), Told({KEY: "bad"})]
KINDS = [*FULL, *NAMELESS, *DELTA]
AT = key(KEY[1])


def entries(told: Told) -> dict[str, Entry]:
    if KEY not in told.says:
        return {}
    said = told.says[KEY]
    record = json.dumps({"firma": said}) if said in {"a", "b"} else None
    reason = "not_text" if said == "bad" else None
    deleted = said == "deleted"
    entry = Entry("mieter", 0, deleted, AT.mandant, AT.sk, record, None, reason)
    return {AT.sk: entry}


def outcome(history: Sequence[Told], arrival: Iterable[int]) -> dict[str, str]:
    rig = Rig()
    connection = rig.settings.get(CONNECTION)
    for number in arrival:
        told, name = history[number], version(number)
        source = SourceWriter(rig.table, connection, name, GRACE)
        writer = PartitionWriter(rig.table, rig.transform, Inline(), source, rig.deadline())
        question = PartitionScope(name, bool(told.listed), connection.shape, judges_absence=not told.nameless)
        compared = PartitionReader(rig.table).compare(AT.partition, question, entries(told))
        writer.write(AT.partition, question, entries(told), compared)
    return {text: json.loads(record)["firma"] for text, record in rig.live().items()}


@pytest.mark.parametrize("arrival", list(itertools.permutations(range(3))), ids=str)
def test_every_history_of_three_exports(arrival: tuple[int, ...]) -> None:
    wrong = [
        history
        for history in itertools.product(KINDS, repeat=3)
        if outcome(history, arrival) != model(list(history))
    ]
    assert not wrong


@given(st.lists(st.sampled_from(KINDS), min_size=4, max_size=8), st.data())
@settings(max_examples=extent(150, 500))
def test_longer_histories_with_repeats(history: list[Told], data: st.DataObject) -> None:
    arrival = data.draw(st.permutations(range(len(history))))
    again = data.draw(st.lists(st.sampled_from(range(len(history))), max_size=3))
    assert outcome(history, [*arrival, *again]) == model(history)
