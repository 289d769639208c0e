"""The options of `kiwi-sync plan` and `kiwi-sync apply`, for typer."""

from pathlib import Path
from typing import Annotated

import typer

from kiwi_cli.console import options

CHANGES = 4
"""Exit code of `plan --detailed-exitcode` if something would change."""
_OUTPUT = "Output"
_WHAT_IF = "What if"

ExportFile = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="EXPORT", help="A file.")
]
OwnFile = Annotated[
    Path | None,
    typer.Argument(
        exists=True, dir_okay=False, readable=True, metavar="[EXPORT]", help="Where the export lies now."
    ),
]
PlanFile = Annotated[
    Path,
    typer.Argument(exists=True, dir_okay=False, readable=True, metavar="PLAN.json", help="A saved plan."),
]
OtherPlan = Annotated[
    Path,
    typer.Argument(exists=True, dir_okay=False, readable=True, metavar="OTHER.json", help="Another one."),
]
SupposedMandanten = Annotated[
    list[str] | None,
    typer.Option("--mandant", help="As if only this were selected; repeatable.", rich_help_panel=_WHAT_IF),
]
SupposedSeparator = Annotated[
    options.Separator | None,
    typer.Option("--separator", help="As if this were the separator.", rich_help_panel=_WHAT_IF),
]
SupposedMapping = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        exists=True,
        dir_okay=False,
        readable=True,
        metavar="FILE",
        help="As if this were the Feldmapping.",
        rich_help_panel=_WHAT_IF,
    ),
]
Values = Annotated[
    bool,
    typer.Option("--values", help="Say what stands in fields: personal data.", rich_help_panel=_OUTPUT),
]
Lines = Annotated[int, typer.Option(min=0, help="Printed lines of each action.", rich_help_panel=_OUTPUT)]
Save = Annotated[
    Path | None,
    typer.Option("--save", dir_okay=False, metavar="PLAN.json", help="Save it.", rich_help_panel=_OUTPUT),
]
HtmlFile = Annotated[
    Path | None,
    typer.Option("--html", dir_okay=False, metavar="FILE", help="Write a page.", rich_help_panel=_OUTPUT),
]
LanguageOption = Annotated[
    options.Language | None,
    typer.Option(
        "--language",
        help="Language of tables and page.",
        show_default="en; the page: its reader's",
        rich_help_panel=_OUTPUT,
    ),
]
Detailed = Annotated[
    bool, typer.Option("--detailed-exitcode", help=f"Exit with {CHANGES} if something would change.")
]
Patience = Annotated[
    float, typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for what becomes of it.")
]
