"""The command `kiwi-sync check`."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from kiwi_sandbox.logs import Logs
from kiwi_sync.connections import CONNECTION_ID, ConnectionSettings, SettingsInvalidError, parse_settings
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from kiwi_cli.check.check_page import page_of
from kiwi_cli.check.files import Advance, Files, NotOneExportError
from kiwi_cli.check.findings import Findings
from kiwi_cli.check.inspection import Inspection
from kiwi_cli.check.report import Report, report_of
from kiwi_cli.check.settings import CheckSettings
from kiwi_cli.console import options
from kiwi_cli.console.page import show_page
from kiwi_cli.console.run_tables import make_console
from kiwi_cli.local import inputs
from kiwi_cli.pages import render

_LARGE = 2_000_000
"""Bytes that take some two seconds."""

ExportFiles = Annotated[
    list[Path],
    typer.Argument(
        exists=True, dir_okay=False, readable=True, metavar="FILE…", help="The files of one export."
    ),
]
ConnectionId = Annotated[
    str, typer.Option("--connection", metavar="ID", help="The connection of the export.")
]
Settings = Annotated[
    Path | None,
    typer.Option(
        "--settings", exists=True, dir_okay=False, metavar="FILE.json", help="The connection's settings."
    ),
]
SeparatorOption = Annotated[
    options.Separator | None,
    typer.Option("--separator", help="Stands between the numbers of an external id.", show_default="-"),
]
Mandanten = Annotated[
    list[str] | None,
    typer.Option("--mandant", help="Only this one; repeatable.", show_default="all that are there"),
]
Examples = Annotated[int, typer.Option(min=1, max=1000, help="How many places each finding names.")]
Scope = Annotated[
    options.ExportScope,
    typer.Option("--scope", help="Full or delta, of files that do not say it: CSV, XLSX, foreign JSON."),
]
ShowValues = Annotated[
    bool, typer.Option("--show-values", help="Show the values of the fields: mostly personal data.")
]
LanguageOption = Annotated[
    options.Language | None,
    typer.Option(
        "--language", help="Language of tables and page.", show_default="en; the page: its reader's"
    ),
]
HtmlFile = Annotated[
    Path | None, typer.Option("--html", dir_okay=False, metavar="FILE", help="Write a page for a browser.")
]


def check_command(
    files: ExportFiles,
    *,
    connection: ConnectionId,
    settings: Settings = None,
    separator: SeparatorOption = None,
    mandant: Mandanten = None,
    mapping: options.Mapping = None,
    scope: Scope = options.ExportScope.FULL,
    examples: Examples = 5,
    show_values: ShowValues = False,
    language: LanguageOption = None,
    json_file: options.JsonFile = "",
    html: HtmlFile = None,
) -> None:
    """Look at an export before it is sent: what would come of it, and what is wrong with it. No AWS.

    Exit code 0: nothing found but notes; 1: errors or warnings; 2: usage; 3: a file cannot be read.
    """
    inputs.check_writable(json_file)
    inputs.check_writable(str(html or ""), "--html")
    console = make_console(stderr=json_file == "-")
    now = datetime.now(UTC)
    wanted = _settings(connection, settings, separator, mandant, now)
    inspection = Inspection(wanted, Findings(examples, show_values))
    try:
        # The report tells what extract only warns of, and its log lines would stand among the JSON.
        with Logs(logging.ERROR).collect(), _progress(files) as advance:
            feldmapping = inputs.parsed_mapping(mapping)
            inspection.look(Files(files, wanted, scope.value, feldmapping, advance))
    except NotOneExportError as error:
        raise typer.BadParameter(str(error), param_hint="FILE") from None
    report = report_of(inspection, [file.name for file in files])
    here = now.astimezone(ZoneInfo(wanted.time_zone))
    page = page_of(report, here, language or "", with_values=show_values)
    show_page(console, page, language or options.Language.ENGLISH)
    _write(report, json_file)
    if html:
        html.write_text(render(page), encoding="utf-8")
    raise typer.Exit(report.exit_code)


def _settings(
    connection: str,
    file: Path | None,
    separator: options.Separator | None,
    mandanten: Sequence[str] | None,
    now: datetime,
) -> CheckSettings:
    """The settings of the options; where they are silent, those of the file; else the defaults."""
    if not re.fullmatch(CONNECTION_ID, connection):
        mend = "1 to 63 of A-Za-z0-9_.-, a letter or digit in front"
        raise typer.BadParameter(f"{connection!r} will not do: {mend}", param_hint="--connection")
    stored: ConnectionSettings | None = None
    if file is not None:
        try:
            stored = parse_settings(file.read_text(encoding="utf-8"))
        except (SettingsInvalidError, UnicodeDecodeError) as error:
            raise typer.BadParameter(f"{file.name}: {error}", param_hint="--settings") from None
    defaults = CheckSettings(connection, now)
    selected = list(mandanten or (stored.mandanten if stored else ())) or None
    return CheckSettings(
        connection,
        now,
        separator=separator or (stored.separator if stored else defaults.separator),
        mandanten=selected,
        time_zone=stored.time_zone if stored else defaults.time_zone,
        blocked_emails=stored.blocked_emails if stored else defaults.blocked_emails,
        shared_email_limit=stored.shared_email_limit if stored else defaults.shared_email_limit,
    )


@contextmanager
def _progress(files: Sequence[Path]) -> Iterator[Advance]:
    """A bar on stderr, where somebody looks on and it takes a while."""
    size = sum(file.stat().st_size for file in files)
    console = Console(stderr=True)
    if not console.is_terminal or size < _LARGE:
        yield lambda _count: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Reading", total=size)
        yield lambda count: progress.advance(task, count)


def _write(report: Report, file: str) -> None:
    text = report.model_dump_json(indent=2)
    if file == "-":
        typer.echo(text)
    elif file:
        Path(file).write_text(f"{text}\n", encoding="utf-8")
