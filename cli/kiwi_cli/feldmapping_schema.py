"""The command `kiwi-sync mapping`."""

import json

import typer
from kiwi_extract.feldmapping.schema import json_schema

mapping_app = typer.Typer(no_args_is_help=True, help="The Feldmapping: how columns become fields.")


@mapping_app.callback()
def mapping() -> None:
    """Keep `schema` a command of its own: typer merges a lone command into its group."""


@mapping_app.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of a Feldmapping, by which an editor checks and completes the file."""
    typer.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))
