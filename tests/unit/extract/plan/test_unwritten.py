"""What keeps nothing: everything can be read through it, and nothing written."""

import io
from copy import deepcopy

from kiwi_extract.plan.unwritten import Unkept, Unsent, Unwritten
from kiwi_sync.queues import Outgoing
from kiwi_sync.state.table import Change, absent

from tests.fakes.memory import MemoryTable

OWED = {"todo": "c#0", "todo_at": "2026"}


def test_reads_are_the_real_table_s_and_writes_are_dropped() -> None:
    table = MemoryTable()
    for sk in ("a", "b"):
        table.update(("p", sk), Change(put={"n": 1, **OWED}))
    before, through = deepcopy(table.items), Unwritten(table)
    assert through.update(("p", "a"), Change(put={"n": 2}), absent("pk"))
    assert through.delete(("p", "b"))
    assert table.items == before
    assert through.get(("p", "a")) == table.get(("p", "a"))
    assert through.get_many([("p", "b"), ("p", "c")]) == table.get_many([("p", "b")])
    assert list(through.query("p", prefix="b", only=("n",))) == [{"n": 1}]
    assert through.first("p", limit=1) == table.first("p", limit=1)
    assert through.owed("c#0", last="3", limit=9) == [("p", "a"), ("p", "b")]
    assert list(through.owed_at("c#0", "2026", page=1)) == [[("p", "a")], [("p", "b")]]


def test_queue_and_shelf_take_everything_and_do_nothing() -> None:
    queue, shelf = Unsent(), Unkept()
    queue.send([Outgoing("x")])
    queue.hold("receipt", 1)
    shelf.bring("document")
    assert (shelf.keep("name"), shelf.keep_export("name"), shelf.keep_plan("name", io.BytesIO())) == (
        None,
        None,
        "",
    )
