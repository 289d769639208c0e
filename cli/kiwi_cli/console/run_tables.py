"""A report as tables for people: in colour on a terminal, as plain text elsewhere."""

import json
from collections.abc import Iterable, Sequence

from kiwi_sandbox.traffic import KINDS
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kiwi_cli.local.invoke import Invocation
from kiwi_cli.local.run_report import Entry, Report
from kiwi_cli.texts import meaning

_PIPED_WIDTH = 160
_STYLES = {
    "done": "green",
    "rejected": "bold red",
    "superseded": "yellow",
    "working": "yellow",
    "held": "bold red",
    "standing": "bold red",
}


def make_console(*, stderr: bool = False) -> Console:
    """A console that is wide enough for the tables where no terminal says how wide it is."""
    console = Console(stderr=stderr, highlight=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=_PIPED_WIDTH)


def show_report(console: Console, report: Report) -> None:
    """Prints everything that a report says."""
    _show_exports(console, report["exports"])
    _show_rejected(console, report["exports"])
    if report["holds"]:
        show_holds(console, report["holds"])
    _show_kiwi(console, report["kiwi"])
    _show_list(console, "Skipped", ("kind", "external_id", "reason"), report["skipped"])
    _show_notices(console, report["notices"])
    _show_list(console, "Problems", ("kind", "external_id", "code", "message"), report["problems"])
    messages = ", ".join(f"{count} to {stage}" for stage, count in report["messages"].items())
    console.print(f"State: {report['state_writes']} row writes. Messages: {messages}.")


def show_holds(console: Console, holds: list[Entry]) -> None:
    """Prints holds, and of those that stand what they hold and why."""
    if not holds:
        console.print("Holds: none.\n")
        return
    columns = ("connection", "export", "status", "mandant", "would lose", "of", "by", "at")
    rows = [
        (
            hold["connection"],
            hold["export_id"],
            hold["status"],
            one["mandant"],
            one["lost"],
            one["total"],
            hold["by"] or one["ended_by"] or "",
            hold["decided_at"] or hold["held_at"],
        )
        for hold in holds
        for one in hold["mandanten"]
    ]
    show_table(console, "Holds", columns, rows)
    held = [
        (hold["export_id"], *lost.values())
        for hold in holds
        if hold["status"] == "standing"
        for lost in hold["agreements"]
    ]
    if held:
        show_table(console, "Held back", ("export", "agreement", "by record", "reason"), held)


def show_redriven(console: Console, moved: dict[str, int]) -> None:
    """Prints how many messages went back to each queue."""
    show_table(console, "Back on their queues", ("queue", "messages"), list(moved.items()))


def show_invocation(console: Console, invocation: Invocation) -> None:
    """Prints what a handler answered and what that changed."""
    for note in invocation.notes:
        console.print(note, markup=False)
    console.print("\nThe handler's answer:")
    console.print(json.dumps(invocation.answer, indent=2), markup=False)
    changes = [
        *(("rows", what, count) for what, count in invocation.rows.items()),
        *(("messages", f"to {stage}", count) for stage, count in invocation.messages.items()),
        *(("requests to KIWI", method, count) for method, count in sorted(invocation.requests.items())),
    ]
    show_table(console, "What changed", ("what", "which", "count"), changes)


def show_table(
    console: Console, title: str, columns: Sequence[str], entries: Iterable[Sequence[object]]
) -> None:
    """Prints a table; a column of integers is aligned to the right."""
    rows = [list(entry) for entry in entries]
    numeric = [bool(rows) and all(isinstance(row[at], int) for row in rows) for at in range(len(columns))]
    cells = [[_cell(value) for value in row] for row in rows]
    draw_table(console, title, list(zip(columns, numeric, strict=True)), cells)


def draw_table(
    console: Console,
    title: str,
    columns: Iterable[tuple[str, bool]],
    rows: Iterable[Sequence[Text]],
    *,
    header: bool = True,
) -> None:
    """Prints a table of columns with their headings, and whether they hold numbers."""
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_header=header
    )
    for label, numbers in columns:
        # On a narrow terminal texts are folded, numbers and their headings stay whole.
        table.add_column(label, justify="right" if numbers else "left", overflow="fold", no_wrap=numbers)
    for row in rows:
        # The cells are no strings: what comes from exports and from KIWI must not be taken for markup.
        table.add_row(*row)
    console.print(table)


def _cell(value: object) -> Text:
    text = str(value)
    return Text(text, style=_STYLES.get(text, ""))


def _show_exports(console: Console, exports: list[Entry]) -> None:
    columns = (
        "export", "file", "status", "units", "tenants", "leases", "rejected", "unchanged", "changed", "gone"
    )  # fmt: skip
    rows = [
        (
            export["export_id"],
            export["file"],
            export["status"],
            *export["read"].values(),
            len(export["rejected"]),
            *(export[name] for name in ("unchanged", "changed", "gone")),
        )
        for export in exports
    ]
    show_table(console, "Exports", columns, rows)
    refused = [
        [export[name] for name in ("file", "reason", "detail")]
        for export in exports
        if export["status"] == "rejected"
    ]
    if refused:
        show_table(console, "Exports refused as a whole", ("file", "reason", "detail"), refused)


def _show_rejected(console: Console, exports: list[Entry]) -> None:
    columns = ("export", "kind", "key", "field", "reason", "place")
    rows = [
        (export["export_id"], *(record.get(name) or "" for name in columns[1:]))
        for export in exports
        for record in export["rejected"]
    ]
    if rows:
        show_table(console, "Rejected records", columns, rows)


def _show_kiwi(console: Console, kiwi: Entry) -> None:
    effects = ("created", "updated", "deleted")
    rows = [(kind, *(kiwi[effect][kind] for effect in effects)) for kind in KINDS]
    show_table(console, "KIWI", ("kind", *effects), rows)
    requests = ", ".join(f"{method} {count}" for method, count in kiwi["requests"].items()) or "none"
    console.print(f"Requests to KIWI: {requests}.\n")


def _show_notices(console: Console, notices: list[Entry]) -> None:
    told = [
        notice | {"reason": meaning(notice["reason"]).en, "doors": ", ".join(map(_door, notice["doors"]))}
        for notice in notices
    ]
    columns = ("kind", "external_id", "reason", "doors")
    _show_list(console, "Notices", columns if any(one["doors"] for one in told) else columns[:3], told)


def _door(door: Entry) -> str:
    return f"{door['name']} ({door['id']})" if door["name"] else str(door["id"])


def _show_list(console: Console, title: str, columns: Sequence[str], entries: list[Entry]) -> None:
    if entries:
        rows = [[entry[name] for name in columns] for entry in entries]
        show_table(console, f"{title} ({len(entries)})", columns, rows)
    else:
        console.print(f"{title}: none.\n")
