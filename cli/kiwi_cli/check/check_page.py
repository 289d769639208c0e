"""A report of a check as a page that an ERP person can be sent."""

from datetime import datetime

from kiwi_cli.check.report import Found, Report
from kiwi_cli.check.words import (
    HEADINGS,
    OUTCOME,
    SECTIONS,
    SEVERITIES,
    foreseen,
    place_words,
    verdict,
    what_words,
)
from kiwi_cli.pages import Badge, Bar, Cell, Column, Figure, Page, PageTable, Section, Text, Tone
from kiwi_cli.texts import Severity, codes, meaning

_TONES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.WARNING, Severity.NOTE: Tone.INFO}
_SCOPES = {"full": Text("Vollexport", "full export"), "delta": Text("Delta", "delta")}
_FILE = Column(HEADINGS["file"])
_UNREADABLE = (_FILE, Column(HEADINGS["reason"]), Column(HEADINGS["what"]))
_WHERE = tuple(Column(HEADINGS[name]) for name in ("place", "key", "field", "what"))
_OUTCOME = (
    Column(HEADINGS["mandant"]),
    Column(HEADINGS["kind"]),
    *(Column(HEADINGS[name], numeric=True) for name in ("records", "to_kiwi", "skipped", "rejected")),
)
_PEOPLE = Text(
    "Die Seite enthält Werte aus dem Export, also Daten von Personen: nicht offen verschicken.",
    "The page has values of the export in it, so personal data: do not send it openly.",
)
_NOBODY = Text(
    "Die Seite nennt Nummern, Felder und Stellen, aber keine Namen, Adressen oder anderen Werte.",
    "The page names numbers, fields and places, but no names, addresses or other values.",
)


def page_of(report: Report, now: datetime, language: str, *, with_values: bool) -> Page:
    """The page of a report. `now`: in the time zone that the page names. `language`: the one it opens in,
    empty for the reader's own."""
    errors, warnings, notes = (report.count(severity) for severity in Severity)
    scope = _SCOPES.get(report.scope or "", Text(report.scope or "", report.scope or ""))
    about = " · ".join(
        part for part in (report.connection, report.export_id, ", ".join(report.files)) if part
    )
    bad = bool(errors or report.unreadable)
    tone = Tone.BAD if bad else Tone.WARNING if warnings else Tone.GOOD
    return Page(
        title=Text("Prüfung des Exports", "Check of the export"),
        subtitle=Text(f"{scope.de} · {about}", f"{scope.en} · {about}") if report.scope else about,
        verdict=Badge(verdict(report, errors, warnings), tone),
        figures=[
            Figure(Text("Sätze gelesen", "records read"), sum(row.read for row in report.outcome)),
            Figure(
                foreseen(report, Text("kämen nach KIWI", "would come to KIWI")), _to_kiwi(report), Tone.GOOD
            ),
            Figure(Text("nicht nach KIWI", "not to KIWI"), report.reasons().total(), Tone.INFO),
            Figure(Text("Fehler", "errors"), errors, Tone.BAD if errors else Tone.PLAIN),
            Figure(Text("Warnungen", "warnings"), warnings, Tone.WARNING if warnings else Tone.PLAIN),
            Figure(Text("Hinweise", "notes"), notes),
        ],
        sections=[
            *_outcome(report),
            *_overview(report),
            *_findings(report),
        ],
        footer=[_PEOPLE if with_values else _NOBODY, _made(now)],
        language=language,
    )


def _to_kiwi(report: Report) -> int:
    return sum(row.to_kiwi for row in report.outcome)


def _made(now: datetime) -> Text:
    stamp = now.strftime("%d.%m.%Y %H:%M %Z"), now.strftime("%Y-%m-%d %H:%M %Z")
    return Text(f"Geprüft am {stamp[0]} mit kiwi-sync check.", f"Checked at {stamp[1]} by kiwi-sync check.")


def _outcome(report: Report) -> list[Section]:
    sections = []
    if report.unreadable:
        rows: list[list[Cell]] = [
            [file.file, Badge(file.reason, Tone.BAD), file.detail] for file in report.unreadable
        ]
        remedies = [codes().rejected_exports[file.reason].remedy for file in report.unreadable]
        texts = list(dict.fromkeys(remedies))
        sections.append(Section(HEADINGS["unreadable"], texts, tables=[PageTable(_UNREADABLE, rows)]))
    if report.outcome:
        rows_of: list[list[Cell]] = [
            [
                row.mandant,
                SECTIONS[row.section],
                row.read,
                row.to_kiwi,
                sum(row.skipped.values()),
                sum(row.rejected.values()),
            ]
            for row in report.outcome
        ]
        hint = Text(
            "Ein Mietvertrag wird in KIWI zu je einem Vertrag pro Mieter; es können deshalb mehr werden, als "
            "es Mietverträge sind.",
            "A lease becomes an agreement for each of its tenants in KIWI; so there may be more than leases.",
        )
        sections.append(Section(foreseen(report, OUTCOME), [hint], tables=[PageTable(_OUTCOME, rows_of)]))
    bars = [
        Bar(meaning(reason), count, _tone(report, reason), kind=words)
        for section, words in SECTIONS.items()
        for reason, count in report.reasons(section).most_common()
    ]
    if bars:
        sections.append(Section(HEADINGS["reasons"], bars=bars))
    return sections


def _tone(report: Report, reason: str) -> Tone:
    rejected = any(reason in row.rejected for row in report.outcome)
    return Tone.BAD if rejected else Tone.INFO


def _overview(report: Report) -> list[Section]:
    bars = [
        Bar(one.title, one.count, _TONES[one.severity], kind=SEVERITIES[one.severity], code=one.code)
        for one in report.findings
    ]
    return [Section(HEADINGS["findings"], bars=bars)] if bars else []


def _findings(report: Report) -> list[Section]:
    several = report.is_of_several_files
    return [_finding(found, several=several) for found in report.findings]


def _finding(found: Found, *, several: bool) -> Section:
    rows: list[list[Cell]] = []
    for where in found.examples:
        cells: list[Cell] = [place_words(where), where.key, where.field, what_words(where)]
        rows.append([where.file, *cells] if several else cells)
    columns = [_FILE, *_WHERE] if several else _WHERE
    return Section(
        title=found.title,
        texts=[found.remedy],
        code=found.code,
        tables=[PageTable(columns, rows, left_out=max(found.count - len(rows), 0))],
        badge=Badge(SEVERITIES[found.severity], _TONES[found.severity]),
        count=found.count,
        folded=found.severity is not Severity.ERROR,
    )
