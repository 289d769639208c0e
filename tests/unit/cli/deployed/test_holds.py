"""A person's decisions on holds: what can be decided, and what is said where nothing can."""

import pytest
from kiwi_cli.deployed.holds import AmbiguousError, NothingToDecideError, approve, find, reject, shown
from kiwi_sync.rules.reasons import HoldStatus
from kiwi_sync.state.holds import Hold, carried_out, end_hold, write_hold

from tests.fakes.memory import MemoryQueue, MemoryTable
from tests.unit.layer.holdings import AGREEMENT, NOW, hold, there


class Desk:
    """A table with a hold, and the export queue."""

    def __init__(self, *holds: Hold) -> None:
        self.table, self.exports = MemoryTable(), MemoryQueue()
        for one in holds or (hold(),):
            write_hold(self.table, one, None, NOW)

    @property
    def hold(self) -> Hold:
        return there(self.table)

    def approve(self, seen: Hold | None = None, by: str = "Erika") -> None:
        approve(self.table, self.exports, seen or self.hold, by, NOW)

    def sent(self) -> list[str]:
        return [message.body for message in self.exports.take()]


def test_an_approval_notes_who_and_when_and_sends_the_kept_export() -> None:
    desk = Desk()
    desk.approve()
    assert (desk.hold.status, desk.hold.by) == (HoldStatus.APPROVED, "Erika")
    assert str(desk.hold.decided_at).startswith("2026-11-22T12:00")
    assert desk.sent() == ["message"]


def test_what_is_approved_already_is_sent_again_and_keeps_its_name() -> None:
    desk = Desk()
    desk.approve()
    desk.approve(by="Max")
    assert (desk.hold.by, desk.sent()) == ("Erika", ["message", "message"])


def test_a_rejection_sends_nothing() -> None:
    desk = Desk()
    reject(desk.table, desk.hold, "Erika", NOW)
    assert (desk.hold.status, desk.hold.by, desk.sent()) == (HoldStatus.REJECTED, "Erika", [])


def rejected(desk: Desk) -> None:
    reject(desk.table, desk.hold, "Erika", NOW)


def done(desk: Desk) -> None:
    desk.approve()
    carried_out(desk.table, desk.hold)


def ended(desk: Desk) -> None:
    end_hold(desk.table, desk.hold, ["0001"], "e2")
    end_hold(desk.table, desk.hold, ["0002"], "e3")


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (rejected, "rejected by Erika at 2026-11-22"),
        (done, "approved by Erika at 2026-11-22T12:00:00.000000Z, and carried out"),
        (ended, "ended by e2, e3"),
    ],
)
def test_what_waits_for_nobody_says_why(happens: object, said: str) -> None:
    desk = Desk()
    assert callable(happens)
    happens(desk)
    desk.exports.take()
    with pytest.raises(NothingToDecideError, match=said):
        desk.approve()
    with pytest.raises(NothingToDecideError, match=said):
        reject(desk.table, desk.hold, "Max", NOW)
    assert desk.sent() == []


def test_what_is_approved_cannot_be_rejected() -> None:
    desk = Desk()
    desk.approve()
    with pytest.raises(NothingToDecideError, match="approved by Erika"):
        rejected(desk)


def test_a_hold_that_has_changed_since_it_was_read_is_not_decided() -> None:
    desk = Desk()
    seen = desk.hold
    rejected(desk)
    with pytest.raises(NothingToDecideError, match="look again"):
        desk.approve(seen)
    assert desk.sent() == []


def test_without_a_document_there_is_nothing_to_send() -> None:
    desk = Desk(hold(document=None))
    with pytest.raises(NothingToDecideError, match="send it again"):
        desk.approve()
    assert desk.hold.stands


def test_a_hold_is_found_by_the_export_s_id() -> None:
    desk = Desk(hold(), hold("c2"))
    assert find(desk.table, ["c0", "c1"], "e1").connection == "c1"
    with pytest.raises(AmbiguousError, match="c1, c2"):
        find(desk.table, ["c1", "c2"], "e1")
    with pytest.raises(NothingToDecideError, match="e9"):
        find(desk.table, ["c1", "c2"], "e9")


def test_a_hold_as_json() -> None:
    assert shown(Desk().hold) == {
        "connection": "c1",
        "export_id": "e1",
        "scope": "full",
        "status": "standing",
        "held_at": "2026-11-22T12:00:00.000000Z",
        "mandanten": [
            {"mandant": "0001", "lost": 3, "total": 10, "ended_by": None},
            {"mandant": "0002", "lost": 1, "total": 1, "ended_by": None},
        ],
        "agreements": [{"agreement": AGREEMENT, "record": "c1/mieter/0001/1", "reason": "no_email"}],
        "by": None,
        "decided_at": None,
    }
