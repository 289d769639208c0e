"""The commands for a deployed stack, on one of the embedded AWS: what they say and do, and exit codes."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from kiwi_cli.deployed import redrive
from kiwi_cli.deployed.deployed_stack import STAGES, Deployed, connect
from kiwi_cli.main import app
from kiwi_sync.rules.reasons import HoldStatus
from kiwi_sync.state.holds import Hold, end_hold, write_hold
from typer.testing import CliRunner

from tests.fakes.aws import mocked_aws
from tests.unit.layer.holdings import hold
from tests.unit.layer.holdings import there as found
from tests.unit.template.translated import resources

KEY = {
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "BillingMode": "PAY_PER_REQUEST",
}
QUEUES = [f"{word}{kind}" for word in STAGES.values() for kind in ("Queue", "DeadLetterQueue")]


def template(*without: str) -> str:
    there: dict[str, Any] = {"StateTable": {"Type": "AWS::DynamoDB::Table", "Properties": KEY}}
    for name in QUEUES:
        fifo: Any = {"FifoQueue": True, "QueueName": f"{name}.fifo"} if name.startswith("Load") else {}
        there[name] = {"Type": "AWS::SQS::Queue", "Properties": fifo or {"QueueName": name}}
    return json.dumps({"Resources": {name: it for name, it in there.items() if name not in without}})


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    monkeypatch.setattr(redrive, "WAIT", 0)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mocked_aws():
        boto3.client("cloudformation").create_stack(StackName="kiwi-sync", TemplateBody=template())
        ssm = boto3.client("ssm")
        for name in ("c1", "c2"):
            ssm.put_parameter(Name=f"/kiwi-sync/connections/{name}", Value="{}", Type="String")
        yield connect("kiwi-sync")


def put(stack: Deployed, *holds: Hold) -> None:
    for one in holds or (hold(),):
        write_hold(stack.table, one, None, datetime.now(UTC))


def there(stack: Deployed, connection: str = "c1") -> Hold:
    return found(stack.table, connection)


def said(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def bodies(stack: Deployed, url: str) -> list[str]:
    messages = stack.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [message["Body"] for message in messages]


def test_the_template_has_what_the_commands_look_for() -> None:
    assert {"StateTable", *QUEUES} <= resources().keys()


def test_approve(stack: Deployed) -> None:
    put(stack)
    code, output = said("approve", "e1", "--by", " Erika Muster ")
    assert (code, output.strip()) == (0, "Approved by Erika Muster: e1 is on the queue again.")
    assert (there(stack).status, there(stack).by) == (HoldStatus.APPROVED, "Erika Muster")
    assert bodies(stack, stack.queue("extract")) == ["message"]


def test_reject(stack: Deployed) -> None:
    put(stack)
    assert said("reject", "e1", "--by", "Erika") == (0, "Rejected by Erika: e1.\n")
    assert there(stack).status is HoldStatus.REJECTED
    assert bodies(stack, stack.queue("extract")) == []


@pytest.mark.parametrize("command", ["approve", "reject"])
def test_nothing_to_decide_is_1_and_says_why(stack: Deployed, command: str) -> None:
    assert said(command, "e9", "--by", "Erika") == (1, "Nothing of e9 is held.\n")
    put(stack)
    end_hold(stack.table, there(stack), ["0001", "0002"], "e2")
    assert said(command, "e1", "--by", "Erika") == (1, "e1 waits for nobody: ended by e2.\n")


@pytest.mark.parametrize("command", ["approve", "reject"])
def test_the_connection_is_asked_for_only_if_it_is_not_clear(stack: Deployed, command: str) -> None:
    put(stack, hold(), hold("c2"))
    code, output = said(command, "e1", "--by", "Erika")
    assert code == 2
    assert "--connection" in output
    assert "c1, c2" in output
    assert said(command, "e1", "--by", "Erika", "--connection", "c2")[0] == 0
    assert (there(stack).stands, there(stack, "c2").stands) == (True, False)


@pytest.mark.parametrize(
    "arguments", [["approve", "e1"], ["approve", "--by", "E"], ["reject", "e1", "--by", " "]]
)
def test_who_and_what_must_be_said(arguments: list[str]) -> None:
    assert said(*arguments)[0] == 2


@pytest.mark.parametrize("command", ["holds", "redrive", "approve"])
def test_a_stack_that_is_not_there(stack: Deployed, command: str) -> None:
    more = ["e1", "--by", "Erika"] if command == "approve" else []
    code, output = said(command, *more, "--stack", "elsewhere")
    assert code == 2
    assert "elsewhere" in output


def test_a_stack_of_something_else(stack: Deployed) -> None:
    body = template("StateTable", "LoadQueue")
    boto3.client("cloudformation").create_stack(
        StackName="other", TemplateBody=body.replace("Queue.fifo", "2.fifo")
    )
    code, output = said("holds", "--stack", "other")
    assert (code, "has no StateTable, LoadQueue" in " ".join(output.split())) == (2, True)


def test_holds(stack: Deployed) -> None:
    assert said("holds") == (0, "Holds: none.\n\n")
    put(stack, hold(), hold("c2"))
    code, output = said("holds")
    assert code == 0
    for expected in ("c1", "c2", "standing", "0002", "no_email", "c1/rental_agreement/0001/L/1"):
        assert expected in output
    code, output = said("holds", "--json", "--connection", "c2")
    (one,) = json.loads(output)
    assert (one["connection"], one["status"], one["mandanten"][0]["lost"]) == ("c2", "standing", 3)


def fill(stack: Deployed, stage: str, count: int) -> None:
    more: Any = {"MessageGroupId": "g"} if stage == "load" else {}
    for number in range(count):
        if stage == "load":
            more["MessageDeduplicationId"] = str(number)
        stack.sqs.send_message(QueueUrl=stack.dead_letters(stage), MessageBody=f"{stage} {number}", **more)


def test_redrive_of_all_queues(stack: Deployed) -> None:
    counts = {"extract": 1, "transform": 12, "load": 3}
    for stage, count in counts.items():
        fill(stack, stage, count)
    code, output = said("redrive")
    assert code == 0
    rows = [line.split() for line in output.splitlines()]
    assert [row for row in rows if row and row[0] in STAGES] == [
        [stage, str(count)] for stage, count in counts.items()
    ]
    assert bodies(stack, stack.queue("load")) == [f"load {number}" for number in range(3)]


def test_redrive_of_some_as_json(stack: Deployed) -> None:
    fill(stack, "extract", 2)
    fill(stack, "load", 2)
    code, output = said("redrive", "load", "transform", "load", "--json")
    assert (code, json.loads(output)) == (0, {"load": 2, "transform": 0})
    assert bodies(stack, stack.queue("extract")) == []
    assert len(bodies(stack, stack.dead_letters("extract"))) == 2


@pytest.mark.parametrize("command", ["holds", "approve", "reject", "redrive"])
def test_help_names_the_exit_codes(command: str) -> None:
    code, output = said(command, "--help")
    assert (code, "Exit code 0" in output) == (0, True)
