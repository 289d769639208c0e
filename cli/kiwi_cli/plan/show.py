"""A plan as tables for people."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from rich.console import Console

from kiwi_cli.console.tables import show_table
from kiwi_cli.plan.plans import ACTIONS, Plan, is_superseded, total

LINES = 40
"""Lines that are printed, unless a person wants more."""
REJECTED = 20
"""Rejected records that are printed; the plan has the first 500."""


_REASONS = ("mandant", "kind", "action", "reason", "count")
_REJECTED = ("kind", "key", "field", "reason", "place")


def show_plan(console: Console, plan: Plan, lines: int) -> None:
    """Prints a plan, and so many of its lines."""
    supposed = plan["settings"]["supposed"]
    console.print(
        f"Plan of {plan['export_id']} ({plan['scope']}) for {plan['connection']}"
        + (f", supposing {_settings(supposed)}" if supposed else ""),
        markup=False,
    )
    show_table(
        console,
        "Would change",
        ("mandant", "kind", *ACTIONS),
        ([one["mandant"], one["kind"], *(one[action] for action in ACTIONS)] for one in plan["counts"]),
    )
    _show(console, "Why", _REASONS, _cells(_REASONS, plan["reasons"]))
    holds = _cells(("mandant", "lost", "total", "records"), plan["holds"])
    _show(console, "Would be held", ("mandant", "would lose", "of", "by records"), holds)
    _show_lines(console, plan, lines)
    rejected = _cells(_REJECTED, plan["rejected"]["records"][:REJECTED])
    _show(console, f"Rejected records ({plan['rejected']['count']})", _REJECTED, rejected)
    for note in notes(plan):
        console.print(note, markup=False)


def notes(plan: Plan) -> list[str]:
    """What else to know of a plan."""
    state, found, outdated = plan["state"], [], plan["rows"]["outdated"]
    if is_superseded(plan):
        found.append("Superseded: something newer is known of all that the export says; nothing is taken.")
    elif not total(plan):
        found.append("Nothing would change in KIWI.")
    if outdated and not is_superseded(plan):
        found.append(f"{outdated} records are older than what is known, and change nothing.")
    if plan["undecided"]:
        found.append(
            f"{plan['undecided']} lines are undecided: several want what one can have; the first gets it."
        )
    if state["owed"]:
        found.append(
            f"At least {state['owed']} rows were not settled: what they are owed happens besides this plan."
        )
    if state["parked"]:
        found.append(f"{state['parked']} rows that KIWI has refused would be tried again.")
    if state["busy"]:
        found.append("Another export of the connection was being worked: plan again when it is done.")
    return found


def show_comparison(console: Console, differing: list[dict[str, Any]], lines: int) -> None:
    """Prints in what two plans differ."""
    rows = [(one["kind"], _short(one["key"]), *_both(one["old"], one["new"])) for one in differing]
    _show(console, f"Differing ({len(rows)})", ("kind", "key", "old", "new"), rows[:lines])
    _show_rest(console, len(rows) - lines, "--lines, --json")
    if not rows:
        console.print("Both plans would do the same.")


def _show_lines(console: Console, plan: Plan, lines: int) -> None:
    rows = [
        (
            line["action"] + (" (undecided)" if line.get("undecided") else ""),
            line["kind"],
            line.get("external_id", ""),
            line.get("reason", line.get("notice", "")),
            _fields(line),
        )
        for line in islice(plan["lines"], lines)
    ]
    if lines:
        _show(console, "Lines", ("action", "kind", "external_id", "reason", "fields"), rows)
        _show_rest(console, len(plan["lines"]) - lines, "--lines, --save, --json")


def _show_rest(console: Console, left: int, options: str) -> None:
    if left > 0:
        console.print(f"… and {left} more ({options}).\n")


def _show(console: Console, title: str, columns: tuple[str, ...], rows: Iterable[Any]) -> None:
    if there := list(rows):
        show_table(console, title, columns, there)


def _cells(names: tuple[str, ...], entries: Iterable[dict[str, Any]]) -> list[list[Any]]:
    return [["" if one.get(name) is None else one[name] for name in names] for one in entries]


def _fields(line: dict[str, Any]) -> str:
    """Which fields change, and to what, if the plan says that; of an update alone: all of a new one do."""
    if "values" in line:
        return ", ".join(f"{name}: {old!r} → {new!r}" for name, (old, new) in line["values"].items())
    if line["action"] not in {"update", "replace"}:
        return ""
    return ", ".join(line["fields"]) if "fields" in line else "not known"


def _both(old: dict[str, Any] | None, new: dict[str, Any] | None) -> tuple[str, str]:
    """What two plans do with a key. Where that reads alike, hashes tell what KIWI is sent."""
    said, other = _said(old), _said(new)
    if said != other or old is None or new is None:
        return said, other
    return f"{said} {_hashes(old)}", f"{other} {_hashes(new)}"


def _hashes(line: dict[str, Any]) -> str:
    told = (str(line.get(name, "–"))[:8] for name in ("old_hash", "new_hash"))
    return " → ".join(told) + (" (undecided)" if line.get("undecided") else "")


def _said(line: dict[str, Any] | None) -> str:
    if line is None:
        return ""
    about = ", ".join(filter(None, (line.get("reason"), line.get("external_id"), _fields(line))))
    return f"{line['action']} ({about})" if about else str(line["action"])


def _short(key: str) -> str:
    """A key text without connection and kind."""
    return "/".join(key.split("/")[2:])


def _settings(supposed: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {', '.join(value) if isinstance(value, list) else value}" for name, value in supposed.items()
    )
