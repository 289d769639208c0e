"""`kiwi-sync mapping schema` prints the schema of a Feldmapping."""

import json

from kiwi_cli.main import app
from kiwi_extract.feldmapping.schema import json_schema
from typer.testing import CliRunner


def test_the_schema_is_printed_as_json() -> None:
    outcome = CliRunner().invoke(app, ["mapping", "schema"])

    assert outcome.exit_code == 0
    assert json.loads(outcome.stdout) == json_schema()
