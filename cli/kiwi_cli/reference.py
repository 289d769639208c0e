"""Writes the parts of the documentation that follow from the code: `python -m kiwi_cli.reference`.

A page marks such a part: `<!-- made: NAME -->`, the part, `<!-- end -->`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from kiwi_sync.connections import ConnectionSettings
from samtranslator.yaml_helper import yaml_parse

from kiwi_cli.main import app
from kiwi_cli.texts.codes import codes

ROOT = Path(__file__).parents[2]
WIDTH = 100
"""Characters of a line of help."""
_MADE = re.compile(r"(<!-- made: ([a-z -]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_TAGS = re.compile(r'"(\w+)": \[?"?\$\{(\w+)\}')
_TITLES = {
    "missing": ("Abgewiesene Sätze", "Rejected records"),
    "export_refused": ("Der Export als Ganzes", "The export as a whole"),
    "number_length": ("Nummern", "Numbers"),
    "lost_umlaut": ("Texte", "Texts"),
    "coordinates_missing": ("Einheiten", "Units"),
    "email_invalid": ("Mieter", "Tenants"),
    "lease_unit_unknown": ("Mietverträge", "Leases"),
}
"""Headings of the findings of `check`, German and English, by the first finding below each."""
_SEVERITIES = {"error": "Fehler", "warning": "Warnung", "note": "Hinweis"}


def pages() -> list[Path]:
    """All pages of the documentation."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def written(text: str) -> str:
    """A page's text with its generated parts as they should be."""
    return _MADE.sub(lambda found: f"{found[1]}{_PARTS[found[2]]()}\n{found[3]}", text)


def commands() -> str:
    """The help of every command, plain and at one width."""
    return "\n\n".join(_helps(typer.main.get_command(app), "kiwi-sync", None))


def _helps(command: Any, name: str, parent: Any) -> Iterator[str]:
    command.rich_markup_mode = None
    context = command.make_context(
        name, [], parent, resilient_parsing=True, terminal_width=WIDTH, max_content_width=WIDTH
    )
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    yield f"## `{context.command_path}`\n\n```text\n{text}\n```"
    for inner, its in getattr(command, "commands", {}).items():
        yield from _helps(its, inner, context)


def settings() -> str:
    """A table of a connection's settings: name, parameter of the stack, type, default, meaning."""
    template = _template()
    of_setting = _parameter_of(template)
    rows = []
    for name, field in ConnectionSettings.model_json_schema()["properties"].items():
        parameter = of_setting.get(name, "")
        meaning = template["Parameters"].get(parameter, {}).get("Description") or field["description"]
        default = _default(field["default"]) if "default" in field else "required"
        rows.append((f"`{name}`", _code(parameter), _type(field), default, meaning))
    return _table(("setting", "parameter", "type", "default", "meaning"), rows)


def parameters() -> str:
    """A table of the stack's parameters that are no settings of the first connection."""
    template = _template()
    of_connection = set(_parameter_of(template).values())
    rows = [
        (f"`{name}`", _default(its["Default"]), its["Description"], its.get("ConstraintDescription", ""))
        for name, its in template["Parameters"].items()
        if name not in of_connection
    ]
    return _table(("parameter", "default", "meaning", "allowed"), rows)


def findings(language: str) -> str:
    """Tables of all that `check` finds."""
    german = language == "de"
    names = (
        ("Code", "Schwere", "Bedeutung", "Abhilfe") if german else ("code", "severity", "meaning", "remedy")
    )
    parts: list[str] = []
    for code, finding in codes().findings.items():
        if code in _TITLES:
            parts.append(f"\n### {_TITLES[code][0 if german else 1]}\n{_table(names, [])}")
        severity = _SEVERITIES[finding.severity] if german else finding.severity
        title, remedy = (getattr(text, language) for text in (finding.title, finding.remedy))
        parts.append(f"| `{code}` | {severity} | {title} | {remedy} |")
    return "\n".join(parts).lstrip()


def _template() -> Mapping[str, Any]:
    template: Mapping[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    return template


def _parameter_of(template: Mapping[str, Any]) -> dict[str, str]:
    """The stack's parameter behind each setting of the first connection, as the template fills it in."""
    value = template["Resources"]["FirstConnection"]["Properties"]["Value"]["Fn::Sub"]
    document, filled = (value, {}) if isinstance(value, str) else value
    inner = {name: re.findall(r"'Ref': '(\w+)'", str(its)) for name, its in filled.items()}
    return {setting: next(iter(inner.get(name, [])), name) for setting, name in _TAGS.findall(document)}


def _type(field: Mapping[str, Any]) -> str:
    if "enum" in field:
        return "one of " + " ".join(f"`{value}`".replace("|", "\\|") for value in field["enum"])
    if field["type"] == "array":
        return "list of texts" + (
            ", at least one" if field.get("minItems") else f", at most {field['maxItems']}"
        )
    if field["type"] in {"integer", "number"}:
        least, most = field.get("minimum", 0), field.get("maximum")
        kind = "whole number" if field["type"] == "integer" else "number"
        return f"{kind}, {least:g} to {most:g}" if most is not None else f"{kind}, {least:g} or more"
    return "text"


def _default(value: object) -> str:
    return _code(f"{value}") if value not in ("", [], ()) else "none"


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _table(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = (names, tuple("---" for _ in names), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


_PARTS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "settings": settings,
    "parameters": parameters,
    "findings de": lambda: findings("de"),
    "findings en": lambda: findings("en"),
}

if __name__ == "__main__":
    for page in pages():
        page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
