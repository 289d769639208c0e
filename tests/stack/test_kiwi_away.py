"""KIWI away, broken, or refusing the log-in: nothing is lost, nothing is hammered."""

import json
from datetime import UTC, datetime, timedelta

from kiwi_sandbox.kiwi import Faults
from kiwi_sync.times import stamp

from tests.stack.building import export, lease, letting, tenant
from tests.stack.running import CONNECTION, PASSWORD, PATIENCE, USER, Running


def test_an_outage_is_remembered_probed_and_resumed(run: Running) -> None:
    run.kiwi.faults = Faults(outage=True)
    first = export(1, **letting())
    run.stack.drop(first)
    run.work(sweeps=6)
    assert run.kiwi.content()["rental_unit"] == {}
    assert run.stack.poller.waiting() == 0, "nothing piles up in queues"
    during = len(run.kiwi.requests)
    assert during < 60, "KIWI is probed, not hammered"
    assert run.stack.dead_letters() == []
    run.kiwi.faults = Faults()
    assert run.stack.drain(PATIENCE)
    run.assert_right([first])
    assert "away_until" not in run.connection_state()


def test_a_reset_after_every_write_makes_nothing_twice(run: Running) -> None:
    run.kiwi.faults = Faults(rate_reset_after=0.5, login=False)
    first = export(1, **letting(mieter=[tenant("1"), tenant("2")], mietvertraege=[lease(by=["1", "2"])]))
    run.bring(first)
    run.assert_right([first])
    assert any(request.fault for request in run.kiwi.requests)


def test_tokens_and_sessions_that_expire(run: Running) -> None:
    exports = [export(1, **letting())]
    run.bring(exports[0])
    for number, expire in enumerate((run.kiwi.expire_tokens, run.kiwi.expire_sessions), start=2):
        expire()
        run.kiwi.expire_tokens()
        exports.append(export(number, **letting(mieter=[tenant(nachname=f"Neu {number}")])))
        before = run.login_attempts()
        run.bring(exports[-1])
        run.assert_right(exports)
        assert run.login_attempts() <= before + 1, "one fresh log-in"


def test_a_wrong_password_pauses_the_connection_and_a_new_secret_resumes(run: Running) -> None:
    run.kiwi.set_password(USER, "another one")
    first = export(1, **letting())
    run.stack.drop(first)
    run.work()
    assert run.login_attempts() == 1, "at most one attempt a minute"
    paused = run.connection_state()
    assert paused["paused_version"]
    run.kiwi.set_password(USER, PASSWORD)
    run.work()
    assert run.login_attempts() == 1, "the same secret is not tried again within the minute"
    run.rewind_login(timedelta(minutes=2))
    assert run.stack.drain(PATIENCE)
    run.assert_right([first])
    assert "paused_version" not in run.connection_state()


def test_a_placeholder_is_never_sent(run: Running) -> None:
    placeholder = json.dumps({"username": "REPLACE-ME", "password": "REPLACE-ME"})
    run.stack.aws.put_secret(run.secret, placeholder)
    first = export(1, **letting())
    run.stack.drop(first)
    run.work()
    assert run.kiwi.requests == []
    run.stack.aws.put_secret(run.secret, json.dumps({"username": USER, "password": PASSWORD}))
    run.rewind_login(timedelta(minutes=2))
    assert run.stack.drain(PATIENCE)
    run.assert_right([first])


def test_another_connection_goes_on(run: Running) -> None:
    run.kiwi.add_account("other@example.org", "secret", organization_id=43)
    run.stack.configure(
        "andere",
        mandanten=["0001"],
        kiwi_api_url=run.kiwi.api_url,
        kiwi_erp_api_url=run.kiwi.erp_api_url,
        username="other@example.org",
        password="secret",
    )
    run.kiwi.set_password(USER, "wrong now")
    run.stack.drop(export(1, **letting()))
    run.stack.drop(export(1, **letting()) | {"connection": "andere"})
    run.work()
    assert run.connection_state()["paused_version"]
    assert len(run.kiwi.content(organization_id=43)["rental_agreement"]) == 1
    assert run.kiwi.content()["rental_unit"] == {}


def test_broken_settings_stop_one_connection_and_lose_nothing(run: Running) -> None:
    first = export(1, **letting())
    run.bring(first)
    name = f"/{run.stack.blueprint.stack_name}/connections/{CONNECTION}"
    run.stack.aws.put_parameter(name, '{"separator": "#"}')
    run.bring(export(2))
    assert run.status("test-002") == "rejected"
    run.assert_right([first])


def test_a_key_that_kiwi_fails_at_stands_as_a_problem_and_is_tried_again(run: Running) -> None:
    run.bring(export(1, **letting()))
    foreign = {"id": "by-hand", "external_id": "by hand", "start_at": "2024-01-01T00:00:00Z"}
    tenant_id, unit_id = run.kiwi_id("tenant"), run.kiwi_id("rental_unit")
    references = {"tenant_id": tenant_id, "rental_unit_id": unit_id, "end_at": "2030-01-01T00:00:00Z"}
    run.kiwi.put_object("rental_agreement", foreign | references)
    run.bring(export(2))
    assert run.ids("rental_agreement") == {"by hand"}
    stuck = [row for row in run.items() if row.get("problem") == "kiwi_error"]
    assert {row["kiwi_id"] for row in stuck} == {tenant_id, unit_id}
    assert run.stack.dead_letters() == []
    run.kiwi.remove_object("rental_agreement", "by-hand")
    hour_later = stamp(datetime.now(UTC))
    for row in stuck:
        assert row["todo_at"] > hour_later
        run.put(row, todo_at=hour_later)
    assert run.stack.drain(PATIENCE)
    assert run.kiwi.content() == {"rental_unit": {}, "tenant": {}, "rental_agreement": {}}
