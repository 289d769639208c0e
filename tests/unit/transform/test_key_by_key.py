"""Many keys in a message: one that fails is sent again alone, and alone fails its message."""

from datetime import timedelta

import pytest
from kiwi_sync.keys import RowKey
from kiwi_sync.times import stamp
from kiwi_transform.key_by_key import HOPELESS, KeyFailedError, transform_keys

from tests.unit.transform.conftest import Transforming
from tests.unit.transform.world import tenant, tenant_key, unit, unit_key


@pytest.fixture
def broken(transforming: Transforming) -> Transforming:
    """Two good rows, and a tenant's that cannot be read."""
    transforming.erp.write(unit(), tenant("7"), tenant("8", "anna@kiwi.example.com"))
    row = transforming.row(tenant_key("8"))
    item = transforming.table.items[row.key.pk]["8"]
    item["record"] = '{"mandant": "0001", "email": "anna@kiwi.example.com"}'
    return transforming


def transform(transforming: Transforming, *keys: str) -> None:
    transform_keys(transforming.stage, transforming.queue, [RowKey.parse(key) for key in keys])


def test_a_key_that_fails_holds_no_other_back_and_is_sent_again_alone(broken: Transforming) -> None:
    transform(broken, tenant_key("8"), unit_key(), tenant_key("7"))
    assert broken.load.keys() == [unit_key(), tenant_key("7")]
    assert [message.body for message in broken.queue.sent] == [f'{{"keys": ["{tenant_key("8")}"]}}']


def test_a_key_that_fails_alone_fails_its_message(broken: Transforming) -> None:
    with pytest.raises(KeyFailedError) as failure:
        transform(broken, tenant_key("8"))
    assert str(failure.value) == tenant_key("8")
    assert broken.queue.sent == []


@pytest.mark.parametrize(
    ("receives", "rests"), [(1, False), (HOPELESS - 1, False), (HOPELESS, True), (5, True)]
)
def test_a_key_that_goes_on_failing_rests_for_an_hour(
    broken: Transforming, receives: int, *, rests: bool
) -> None:
    key = RowKey.parse(tenant_key("8"))
    before = broken.row(tenant_key("8")).todo_at
    with pytest.raises(KeyFailedError):
        transform_keys(broken.stage, broken.queue, [key], receives)
    in_an_hour = stamp(broken.clock() + timedelta(hours=1))
    assert broken.row(tenant_key("8")).todo_at == (in_an_hour if rests else before)


def test_a_key_that_is_owed_nothing_stays_so(broken: Transforming) -> None:
    item = broken.table.items[broken.row(tenant_key("8")).key.pk]["8"]
    del item["todo"], item["todo_at"]
    with pytest.raises(KeyFailedError):
        transform_keys(broken.stage, broken.queue, [RowKey.parse(tenant_key("8"))], HOPELESS)
    assert broken.row(tenant_key("8")).todo_at is None


def test_several_that_fail_are_sent_each_alone(broken: Transforming) -> None:
    broken.table.items[broken.row(unit_key()).key.pk]["100#1"]["record"] = "no JSON"
    transform(broken, tenant_key("8"), unit_key())
    assert [message.body for message in broken.queue.sent] == [
        f'{{"keys": ["{key}"]}}' for key in (tenant_key("8"), unit_key())
    ]


def test_a_person_s_data_is_not_logged(broken: Transforming, capsys: pytest.CaptureFixture[str]) -> None:
    transform(broken, tenant_key("8"), tenant_key("7"))
    assert "anna" not in capsys.readouterr().out.lower()


def test_nothing_to_do_is_done(transforming: Transforming) -> None:
    transform(transforming, unit_key("unknown"))
    assert (transforming.queue.sent, transforming.load.sent) == ([], [])
