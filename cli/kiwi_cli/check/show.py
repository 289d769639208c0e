"""A report of a check as tables for people at a terminal."""

from rich.console import Console

from kiwi_cli.check.report import Found, Report
from kiwi_cli.check.words import (
    HEADINGS,
    OUTCOME,
    SECTIONS,
    SEVERITIES,
    foreseen,
    place_words,
    reason_words,
    verdict,
    what_words,
)
from kiwi_cli.console.tables import show_table
from kiwi_cli.texts import Severity


def show_check(console: Console, report: Report, language: str) -> None:
    """Prints a report in one language, `de` or `en`."""
    say = {name: text.in_language(language) for name, text in HEADINGS.items()}
    if report.unreadable:
        rows = [(file.file, file.reason, file.detail) for file in report.unreadable]
        show_table(console, say["unreadable"], (say["file"], say["reason"], say["what"]), rows)
    if report.outcome:
        _show_outcome(console, report, say, language)
    if report.findings:
        columns = (say["severity"], say["code"], say["count"], say["finding"])
        rows_of = [
            (
                SEVERITIES[one.severity].in_language(language),
                one.code,
                one.count,
                one.title.in_language(language),
            )
            for one in report.findings
        ]
        show_table(console, say["findings"], columns, rows_of)
    for finding in report.findings:
        _show_finding(console, finding, say, language, several=report.is_of_several_files)
    sentence = verdict(report, report.count(Severity.ERROR), report.count(Severity.WARNING))
    console.print(sentence.in_language(language), style="bold")


def _show_outcome(console: Console, report: Report, say: dict[str, str], language: str) -> None:
    rows = [
        (
            row.mandant,
            SECTIONS[row.section].in_language(language),
            row.read,
            row.to_kiwi,
            sum(row.skipped.values()),
            sum(row.rejected.values()),
        )
        for row in report.outcome
    ]
    columns = ("mandant", "kind", "records", "to_kiwi", "skipped", "rejected")
    show_table(
        console, foreseen(report, OUTCOME).in_language(language), [say[column] for column in columns], rows
    )
    reasons = [
        (words.in_language(language), reason_words(reason).in_language(language), count)
        for section, words in SECTIONS.items()
        for reason, count in report.reasons(section).most_common()
    ]
    if reasons:
        show_table(console, say["reasons"], (say["kind"], say["reason"], say["count"]), reasons)


def _show_finding(
    console: Console, finding: Found, say: dict[str, str], language: str, *, several: bool
) -> None:
    title = f"{finding.code}: {finding.title.in_language(language)} ({finding.count})"
    rows = [
        (
            *([where.file] if several else []),
            place_words(where).in_language(language),
            where.key,
            where.field,
            what_words(where).in_language(language),
        )
        for where in finding.examples
    ]
    columns = (*(["file"] if several else []), "place", "key", "field", "what")
    # Above the table, not as its title, which would be folded to the table's width.
    console.print(title, style="bold", markup=False)
    show_table(console, "", [say[column] for column in columns], rows)
    console.print(f"→ {finding.remedy.in_language(language)}\n", markup=False)
