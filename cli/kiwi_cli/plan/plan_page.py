"""A plan as a page: for a terminal, or to be sent to an ERP person."""

from collections import Counter
from typing import Any

from kiwi_cli.pages import Badge, Bar, Cell, Column, Figure, Page, PageTable, Section, Text, Tone
from kiwi_cli.plan.plans import ACTIONS, Plan, is_held, is_superseded, total
from kiwi_cli.texts import meaning

LINES = 2000
"""Lines that a page shows of each action, and rejected records; all are counted."""

_ACTIONS = {
    "create": (Text("anlegen", "create"), Tone.GOOD),
    "update": (Text("ändern", "update"), Tone.INFO),
    "replace": (Text("ersetzen", "replace"), Tone.INFO),
    "delete": (Text("löschen", "delete"), Tone.WARNING),
    "hold": (Text("zurückhalten", "hold"), Tone.BAD),
    "skip": (Text("überspringen", "skip"), Tone.PLAIN),
}
_KINDS = {
    "rental_unit": Text("Verwaltungseinheit", "rental unit"),
    "tenant": Text("Mieter", "tenant"),
    "mietvertrag": Text("Mietvertrag", "lease"),
    "rental_agreement": Text("Vertrag in KIWI (Mietvertrag × Mieter)", "rental agreement"),
}
_SCOPES = {"full": Text("Vollexport", "full export"), "delta": Text("Delta", "delta")}
_MANDANT, _KIND = Column("Mandant"), Column(Text("Art", "kind"))
_VALUES = Text(
    "Die Seite enthält Werte aus dem Export, also personenbezogene Daten: nicht offen verschicken.",
    "The page has values of the export in it, so personal data: do not send it openly.",
)
_BUSY = Text(
    "Ein anderer Export der Verbindung wurde gerade verarbeitet: noch einmal planen, wenn er fertig ist.",
    "Another export of the connection was being worked: plan again when it is done.",
)
_SUPERSEDED = Text(
    "überholt: Zu allem, was der Export sagt, ist Neueres bekannt; nichts davon wird übernommen",
    "superseded: something newer is known of all that the export says; nothing is taken",
)
_NOT_KNOWN = Text("nicht bekannt", "not known")


def page_of(plan: Plan, language: str, lines: int = LINES) -> Page:
    """The page of a plan. `language`: the one it opens in, empty for the reader's own. `lines`: at most so
    many of each action, and of the rejected records."""
    with_values = any("values" in line for line in plan["lines"])
    scope, about = _SCOPES[plan["scope"]], f"{plan['connection']} · {plan['export_id']}"
    supposed = plan["settings"]["supposed"]
    return Page(
        title=Text("Was der Export täte", "What the export would do"),
        subtitle=Text(f"{scope.de} · {about}", f"{scope.en} · {about}"),
        verdict=_verdict(plan),
        figures=[
            Figure(words, total(plan, (action,)), tone if total(plan, (action,)) else Tone.PLAIN)
            for action, (words, tone) in _ACTIONS.items()
        ],
        sections=[
            *([_supposed(supposed)] if supposed else []),
            _counts(plan),
            *_reasons(plan),
            *_holds(plan),
            *(_lines(plan, action, lines) for action in ACTIONS if lines and total(plan, (action,))),
            *_rejected(plan, lines),
        ],
        notes=_notes(plan),
        footer=[
            *([_VALUES] if with_values else []),
            Text(f"Geplant: {plan['planned_at']} (UTC)", f"Planned: {plan['planned_at']} (UTC)"),
        ],
        language=language,
    )


def _verdict(plan: Plan) -> Badge:
    if is_held(plan):
        return Badge(Text("Verluste würden zurückgehalten", "losses would be held back"), Tone.BAD)
    if is_superseded(plan):
        return Badge(_SUPERSEDED, Tone.WARNING)
    if total(plan):
        return Badge(Text("KIWI würde geändert", "KIWI would change"), Tone.INFO)
    return Badge(Text("nichts würde sich ändern", "nothing would change"), Tone.GOOD)


def _notes(plan: Plan) -> list[Text]:
    """Everything else to know of a plan."""
    state, outdated, undecided = plan["state"], int(plan["rows"]["outdated"]), plan["undecided"]
    older = Text(
        f"Sätze, die älter sind als das, was schon bekannt ist, und nichts ändern: {outdated}.",
        f"Records that are older than what is known, and change nothing: {outdated}.",
    )
    open_lines = Text(
        f"Offene Zeilen: {undecided}. Mehrere wollen, was nur einer haben kann (eine E-Mail-Adresse); "
        "wer zuerst kommt, bekommt es.",
        f"Undecided lines: {undecided}. Several want what only one can have (an e-mail address); "
        "who comes first gets it.",
    )
    owed = Text(
        f"Mindestens {state['owed']} Zeilen waren nicht erledigt, als geplant wurde: "
        "Was noch aussteht, geschieht außerdem.",
        f"At least {state['owed']} rows were not settled when this was planned: "
        "what they are owed happens besides.",
    )
    parked = Text(
        f"Was KIWI zuvor abgelehnt hat, wird noch einmal versucht: {state['parked']}.",
        f"What KIWI has refused before is tried again: {state['parked']}.",
    )
    notes = (
        (outdated and not is_superseded(plan), older),
        (undecided, open_lines),
        (state["owed"], owed),
        (state["parked"], parked),
        (state.get("busy", state.get("lease_held")), _BUSY),
    )
    return [text for concerns, text in notes if concerns]


def _supposed(settings: dict[str, Any]) -> Section:
    rows: list[list[Cell]] = [
        [name, ", ".join(value) if isinstance(value, list) else str(value)]
        for name, value in settings.items()
    ]
    columns = (Column(Text("Einstellung", "setting")), Column(Text("angenommen", "supposed")))
    return Section(Text("Was wäre, wenn", "What if"), tables=[PageTable(columns, rows)])


def _counts(plan: Plan) -> Section:
    columns = [_MANDANT, _KIND, *(Column(words, numeric=True) for words, _ in _ACTIONS.values())]
    rows: list[list[Cell]] = [
        [one["mandant"], _KINDS[one["kind"]], *(int(one[action]) for action in ACTIONS)]
        for one in plan["counts"]
    ]
    bars = [
        Bar(words, total(plan, (action,)), tone)
        for action, (words, tone) in _ACTIONS.items()
        if total(plan, (action,))
    ]
    return Section(
        Text("Was sich ändern würde", "What would change"), bars=bars, tables=[PageTable(columns, rows)]
    )


def _reasons(plan: Plan) -> list[Section]:
    counted: Counter[tuple[str, str, str]] = Counter()
    for one in plan["reasons"]:
        counted[one["action"], one["kind"], one["reason"]] += int(one["count"])
    bars = [
        Bar(
            meaning(reason, of_loss=action == "hold"),
            count,
            _ACTIONS[action][1],
            kind=_joined(_ACTIONS[action][0], _KINDS[kind]),
        )
        for (action, kind, reason), count in counted.most_common()
    ]
    return [Section(Text("Warum", "Why"), bars=bars)] if bars else []


def _joined(action: Text, kind: Text) -> Text:
    return Text(f"{kind.de} {action.de}", f"{action.en} {kind.en}")


def _holds(plan: Plan) -> list[Section]:
    columns = (
        _MANDANT,
        Column(Text("verlören ihren Zutritt", "would lose their access"), numeric=True),
        Column(Text("von", "of"), numeric=True),
        Column(Text("durch Sätze", "by records"), numeric=True),
    )
    rows: list[list[Cell]] = [
        [one["mandant"], *(int(one[name]) for name in ("lost", "total", "records"))] for one in plan["holds"]
    ]
    title = Text("Würde zurückgehalten, bis jemand entscheidet", "Would be held until a person decides")
    return [Section(title, tables=[PageTable(columns, rows)])] if rows else []


def _lines(plan: Plan, action: str, limit: int) -> Section:
    words, tone = _ACTIONS[action]
    there = [line for line in plan["lines"] if line["action"] == action]
    columns = (
        _KIND,
        Column(Text("externe ID", "external id")),
        Column(Text("Grund", "reason")),
        Column(Text("Felder", "fields")),
    )
    rows: list[list[Cell]] = [
        [
            _KINDS[line["kind"]],
            line.get("external_id", ""),
            _why(line),
            fields_of(line),
        ]
        for line in there[:limit]
    ]
    table = PageTable(columns, rows, left_out=max(len(there) - limit, 0))
    return Section(words, tables=[table], badge=Badge(words, tone), count=len(there), folded=True)


def _why(line: dict[str, Any]) -> Text:
    """The reason, what is not whole, and whether it is undecided."""
    is_loss = line["action"] == "hold"
    told = [meaning(line[name], of_loss=is_loss) for name in ("reason", "notice") if line.get(name)]
    told += [Text("offen", "undecided")] if line.get("undecided") else []
    return Text("; ".join(one.de for one in told), "; ".join(one.en for one in told))


def fields_of(line: dict[str, Any]) -> Text | str:
    """The fields that change, and their values if the plan has them; of a new object all do, so none."""
    if "values" in line:
        return "; ".join(
            f"{name}: {_value(old)} → {_value(new)}" for name, (old, new) in line["values"].items()
        )
    if line["action"] not in {"update", "replace"}:
        return ""
    return ", ".join(line["fields"]) if "fields" in line else _NOT_KNOWN


def _value(value: Any) -> str:
    return "–" if value is None or value == "" else str(value)


def _rejected(plan: Plan, limit: int) -> list[Section]:
    records = plan["rejected"]["records"][:limit]
    names = ("kind", "key", "field", "reason", "place")
    labels = (_KIND, Column(Text("Schlüssel", "key")), Column(Text("Feld", "field")))
    columns = (*labels, Column(Text("Grund", "reason")), Column(Text("Stelle", "place")))
    rows: list[list[Cell]] = [
        [meaning(record[name]) if name == "reason" else record.get(name) or "" for name in names]
        for record in records
    ]
    count = int(plan["rejected"]["count"])
    table = PageTable(columns, rows, left_out=max(count - len(rows), 0))
    title = Text("Abgewiesene Sätze", "Rejected records")
    return [Section(title, tables=[table], count=count, folded=True)] if rows else []
