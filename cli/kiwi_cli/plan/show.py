"""Plans for people at a terminal."""

from typing import Any

from rich.console import Console

from kiwi_cli.console.page import show_page
from kiwi_cli.console.run_tables import show_table
from kiwi_cli.plan.plan_page import fields_of, page_of
from kiwi_cli.plan.plans import Plan

LINES = 40
"""Lines that are printed of each action, unless a person wants more."""


def show_plan(console: Console, plan: Plan, lines: int, language: str = "en") -> None:
    """Prints a plan, and so many lines of each action."""
    show_page(console, page_of(plan, language, lines), language)


def show_comparison(console: Console, differing: list[dict[str, Any]], lines: int) -> None:
    """Prints in what two plans differ."""
    rows = [(one["kind"], _short(one["key"]), *_both(one["old"], one["new"])) for one in differing]
    if not rows:
        console.print("Both plans would do the same.")
        return
    show_table(console, f"Differing ({len(rows)})", ("kind", "key", "old", "new"), rows[:lines])
    if len(rows) > lines:
        console.print(f"… and {len(rows) - lines} more (--lines, --json).\n")


def _both(old: dict[str, Any] | None, new: dict[str, Any] | None) -> tuple[str, str]:
    """The actions of two plans for a key. Where they read alike, hashes tell what KIWI is sent."""
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
    fields = fields_of(line)
    told = fields if isinstance(fields, str) else fields.en
    about = ", ".join(filter(None, (line.get("reason"), line.get("external_id"), told)))
    return f"{line['action']} ({about})" if about else str(line["action"])


def _short(key: str) -> str:
    """A key text without connection and kind."""
    return "/".join(key.split("/")[2:])
