"""The first connection: the template's parameters make settings that the code accepts, and no password."""

import json
import re
from typing import Any, get_args

import pytest
from kiwi_sync.connections import (
    CONNECTION_ID,
    LARGEST_LIMIT,
    ConnectionSettings,
    Separator,
    SettingsInvalidError,
    parse_settings,
)

from tests.unit.template.translated import properties, template, text

DEFAULTS = {
    "ConnectionId": "muster-wohnbau",
    "Separator": "-",
    "Mandanten": "0001,0002",
    "TimeZone": "Europe/Berlin",
    "BrakeAgreements": "20",
    "BrakePercent": "5",
    "BlockedEmails": "",
    "SharedEmailLimit": "3",
    "KiwiApiUrl": "https://api.kiwi.ki",
    "KiwiErpApiUrl": "https://housing.kiwi.ki/api/pre",
    "KiwiTokenPath": "/v1/access_token",
    "ExpectedEveryHours": "0",
}


def settings_document(**parameters: str) -> str:
    """The parameter's value, as CloudFormation would fill it in."""
    values = DEFAULTS | parameters | {"AWS::StackName": "demo"}
    pattern, more = properties("FirstConnection")["Value"]["Fn::Sub"]
    for name, parameter in (("MandantenNumbers", "Mandanten"), ("BlockedEntries", "BlockedEmails")):
        glue, entries = more[name]["Fn::Join"]
        assert entries == f"${{{parameter}}}"
        values[name] = glue.join(values[parameter].split(","))
    return re.sub(r"\$\{([^}]+)\}", lambda name: values[name[1]], pattern)


def parameters() -> dict[str, Any]:
    found: dict[str, Any] = template()["Parameters"]
    return found


def test_the_defaults_are_these() -> None:
    assert {name: str(parameters()[name]["Default"]) for name in DEFAULTS} == DEFAULTS


def test_the_settings_are_what_the_code_reads() -> None:
    settings = parse_settings(
        settings_document(Separator="|", Mandanten="7,0010,9", ExpectedEveryHours="26.5", BrakePercent="2.5")
    )
    assert settings.expected_every == 26.5
    assert settings.separator == "|"
    assert settings.mandanten == ("7", "0010", "9")
    assert settings.time_zone == "Europe/Berlin"
    assert (settings.brake_agreements, settings.brake_percent) == (20, 2.5)
    assert settings.kiwi_api_url == "https://api.kiwi.ki"
    assert settings.kiwi_erp_api_url == "https://housing.kiwi.ki/api/pre"
    assert settings.token_path == "/v1/access_token"
    assert settings.secret == "demo/connections/muster-wohnbau"


def test_every_setting_is_written() -> None:
    assert json.loads(settings_document()).keys() == {
        "separator",
        "mandanten",
        "time_zone",
        "brake_agreements",
        "brake_percent",
        "blocked_emails",
        "shared_email_limit",
        "kiwi_api_url",
        "kiwi_erp_api_url",
        "token_path",
        "expected_every",
        "secret",
    }


def test_the_connection_lies_where_the_functions_look() -> None:
    path = properties("ExtractFunction")["Environment"]["Variables"]["CONNECTIONS_PATH"]
    assert properties("FirstConnection")["Name"] == f"{path}/${{ConnectionId}}"
    assert properties("FirstConnection")["Type"] == "String"


def test_addresses_and_domains_are_blocked_as_given() -> None:
    assert parse_settings(settings_document()).blocked_emails == ()
    settings = parse_settings(settings_document(BlockedEmails="info@Beispiel.example.org, @example.com"))
    assert settings.blocked_emails == ("@example.com", "info@beispiel.example.org")


def test_the_limit_of_those_who_share_is_limited_as_in_the_code() -> None:
    limit = parameters()["SharedEmailLimit"]
    assert limit["Default"] == ConnectionSettings.model_fields["shared_email_limit"].default
    assert (limit["MinValue"], limit["MaxValue"]) == (0, LARGEST_LIMIT)


def test_the_settings_name_the_secret_that_is_made() -> None:
    assert properties("FirstSecret")["Name"] == "${AWS::StackName}/connections/${ConnectionId}"
    assert json.loads(settings_document())["secret"] == "demo/connections/muster-wohnbau"


def test_the_secret_is_a_placeholder() -> None:
    secret = properties("FirstSecret")
    assert json.loads(secret["SecretString"]) == {"username": "REPLACE-ME", "password": "REPLACE-ME"}
    assert "GenerateSecretString" not in secret


def test_no_parameter_takes_a_password() -> None:
    for name, parameter in parameters().items():
        assert "NoEcho" not in parameter, name
        assert not re.search(r"password|passwort|secret|username|credential", name, re.IGNORECASE)


def test_ids_separators_and_mandanten_are_limited_as_in_the_code() -> None:
    assert parameters()["ConnectionId"]["AllowedPattern"] == CONNECTION_ID
    assert parameters()["Separator"]["AllowedValues"] == list(get_args(Separator))
    assert parameters()["Mandanten"]["Type"] == "CommaDelimitedList"


def test_hours_are_limited_as_in_the_code() -> None:
    hours = parameters()["ExpectedEveryHours"]
    assert hours["Default"] == ConnectionSettings.model_fields["expected_every"].default
    for limit in (hours["MinValue"], hours["MaxValue"]):
        assert parse_settings(settings_document(ExpectedEveryHours=str(limit))).expected_every == limit
    for beyond in (hours["MinValue"] - 1, hours["MaxValue"] + 1):
        with pytest.raises(SettingsInvalidError):
            parse_settings(settings_document(ExpectedEveryHours=str(beyond)))


def test_the_brake_has_the_code_s_defaults_and_limits() -> None:
    for name, field in (("BrakeAgreements", "brake_agreements"), ("BrakePercent", "brake_percent")):
        assert parameters()[name]["Default"] == ConnectionSettings.model_fields[field].default
        assert parameters()[name]["MinValue"] == 0
    assert parameters()["BrakePercent"]["MaxValue"] == 100


def test_no_parameter_can_break_out_of_the_json_document() -> None:
    free = [name for name in DEFAULTS if name != "Separator" and parameters()[name]["Type"] != "Number"]
    for name in free:
        pattern = parameters()[name]["AllowedPattern"]
        for harm in ('"', "\\", 'x"', 'https://x"y', '/"', "a\\"):
            assert not re.search(pattern, harm), (name, harm)


def test_every_parameter_and_output_is_described() -> None:
    for section in ("Parameters", "Outputs"):
        for name, it in template()[section].items():
            assert it.get("Description"), name


def test_outputs_name_what_a_user_needs() -> None:
    assert {name: text(it["Value"]) for name, it in template()["Outputs"].items()} == {
        "ExportBucketName": "${ExportBucket}",
        "ExportQueueUrl": "${ExportQueue}",
        "StateTableName": "${StateTable}",
        "FirstConnectionName": "${FirstConnection}",
        "FirstSecretName": "${AWS::StackName}/connections/${ConnectionId}",
        "FirstSecretArn": "${FirstSecret}",
        "ExportDeadLetterQueueUrl": "${ExportDeadLetterQueue}",
        "TransformDeadLetterQueueUrl": "${TransformDeadLetterQueue}",
        "LoadDeadLetterQueueUrl": "${LoadDeadLetterQueue}",
        "AlarmTopicArn": "${AlarmTopic}",
    }
