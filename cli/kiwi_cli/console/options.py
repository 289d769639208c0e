"""The options of the commands, for typer."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from kiwi_sandbox.aws.kinds import AwsKind


class Separator(StrEnum):
    """A sign that may stand between the numbers of an external id."""

    DASH = "-"
    UNDERSCORE = "_"
    DOT = "."
    SLASH = "/"
    PIPE = "|"


class ExportScope(StrEnum):
    """The scope of an export: whether what it leaves out is gone."""

    FULL = "full"
    DELTA = "delta"


class Stage(StrEnum):
    """The functions."""

    EXTRACT = "extract"
    TRANSFORM = "transform"
    LOAD = "load"


class Language(StrEnum):
    """A language that people read."""

    GERMAN = "de"
    ENGLISH = "en"


STACK = "kiwi-sync"
"""The stack that is meant where none is named."""
_RUN = "How the exports come"
_KIWI = "Which KIWI"
_OUTPUT = "Output"


def _named(name: str) -> str:
    """The name of a person, without the blanks around it."""
    return name.strip()


def _somebody(name: str) -> str:
    if not name.strip():
        raise typer.BadParameter("a person's name")
    return name.strip()


ExportFiles = Annotated[
    list[Path],
    typer.Argument(exists=True, dir_okay=False, readable=True, metavar="EXPORT…", help="Files, in order."),
]
EventFile = Annotated[
    Path,
    typer.Argument(exists=True, dir_okay=False, readable=True, metavar="EVENT.json", help="An SQS event."),
]
Stages = Annotated[Stage, typer.Argument(metavar="extract|transform|load", help="Which function.")]
Separators = Annotated[Separator, typer.Option(help="Stands between the numbers of an external id.")]
Mandanten = Annotated[
    list[str] | None,
    typer.Option(
        "--mandant", help="Synchronize this one; repeatable.", show_default="all that the exports list"
    ),
]
Together = Annotated[
    bool,
    typer.Option("--together", help="All on the queue at once, not one by one.", rich_help_panel=_RUN),
]
Shuffle = Annotated[
    int | None,
    typer.Option(metavar="SEED", help="Shuffle exports, and which queue is next.", rich_help_panel=_RUN),
]
Duplicate = Annotated[
    bool, typer.Option("--duplicate", help="Each export on the queue twice.", rich_help_panel=_RUN)
]
Redate = Annotated[
    bool | None,
    typer.Option(
        "--redate/--no-redate",
        help="Shift `exported_at` so that the newest export is a minute old.",
        show_default="only the samples in the project's events/",
        rich_help_panel=_RUN,
    ),
]
PlaceConnection = Annotated[
    str | None,
    typer.Option(
        "--connection",
        metavar="ID",
        help="For exports that do not name theirs: CSV, XLSX, foreign JSON.",
        show_default="none",
        rich_help_panel=_RUN,
    ),
]
PlaceScope = Annotated[
    ExportScope,
    typer.Option("--scope", help="Whether those are complete.", rich_help_panel=_RUN),
]
Mapping = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        exists=True,
        dir_okay=False,
        readable=True,
        metavar="FILE",
        help="A Feldmapping, for what is not in erp-export/1.",
        show_default="none",
        rich_help_panel=_RUN,
    ),
]
Approve = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        callback=_named,
        help="In this name, approve what is held, and work on.",
        show_default="what is held stays",
        rich_help_panel=_RUN,
    ),
]
PlanLast = Annotated[
    bool,
    typer.Option("--plan", help="Work all exports but the last, and plan that one.", rich_help_panel=_RUN),
]
GiveUpAfter = Annotated[
    float,
    typer.Option(min=1, metavar="SECONDS", help="How long one drain may take.", rich_help_panel=_RUN),
]
Aws = Annotated[
    AwsKind,
    typer.Option(
        "--aws", help="In memory; or moto, slow, to try expressions and requests too.", rich_help_panel=_RUN
    ),
]
KiwiApiUrl = Annotated[
    str,
    typer.Option(
        metavar="URL", help="KIWI API (log-in).", show_default="an embedded KIWI", rich_help_panel=_KIWI
    ),
]
KiwiErpApiUrl = Annotated[
    str,
    typer.Option(
        metavar="URL", help="ERP Integration API.", show_default="an embedded KIWI", rich_help_panel=_KIWI
    ),
]
KiwiTokenPath = Annotated[
    str,
    typer.Option(
        metavar="PATH",
        help="Where the KIWI API exchanges a session for an access token (an assumption).",
        rich_help_panel=_KIWI,
    ),
]
Username = Annotated[
    str, typer.Option(envvar="KIWI_USERNAME", help="User of the KIWI account.", rich_help_panel=_KIWI)
]
Password = Annotated[
    str, typer.Option(envvar="KIWI_PASSWORD", help="Password of the KIWI account.", rich_help_panel=_KIWI)
]
FaultRate = Annotated[
    float,
    typer.Option(
        min=0,
        max=0.9,
        help="Share of the embedded KIWI's requests that go wrong: 429, 503, 500, resets.",
        rich_help_panel=_KIWI,
    ),
]
FaultSeed = Annotated[int, typer.Option(help="Draws which of its requests go wrong.", rich_help_panel=_KIWI)]
JsonFile = Annotated[
    str,
    typer.Option(
        "--json", metavar="FILE", help="Write the report there; - is stdout.", rich_help_panel=_OUTPUT
    ),
]
Verbose = Annotated[
    bool, typer.Option("--verbose", help="Show all log lines on stderr.", rich_help_panel=_OUTPUT)
]
LogFile = Annotated[
    Path | None, typer.Option(dir_okay=False, help="Write all log lines there.", rich_help_panel=_OUTPUT)
]
Run = Annotated[str, typer.Argument(metavar="EXPORT-ID", help="The id of the held export.")]
By = Annotated[
    str, typer.Option("--by", metavar="NAME", callback=_somebody, help="Name of the person who decides.")
]
StackName = Annotated[str, typer.Option("--stack", metavar="NAME", help="The deployed stack.")]
Connection = Annotated[
    str | None,
    typer.Option(
        "--connection", metavar="ID", help="Connection of the export.", show_default="all of the stack"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
DeadLetterStages = Annotated[
    list[Stage] | None,
    typer.Argument(
        metavar="[extract|transform|load]…", help="The functions whose messages.", show_default="all"
    ),
]
