"""No person of the exports, selected or not, in log lines, messages, dead letters, keys, or output.

The samples run as in the demo, over a KIWI that fails now and then, and with documents that are refused.
"""

import contextlib
import io
import json
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from kiwi_cli.console.run_tables import show_report
from kiwi_cli.local.exports import SAMPLES, read_export, redate
from kiwi_cli.local.run_report import build_report
from kiwi_sandbox.kiwi import EmbeddedKiwi, Faults
from kiwi_sandbox.ledger import Ledger, Message
from kiwi_sandbox.logs import Logs
from kiwi_sandbox.stack import LocalStack
from kiwi_sync.keys import RowKey
from rich.console import Console

from tests.stack.running import CONNECTION, PASSWORD, USER, Running

NAMES = ("vorname", "nachname", "firma", "strasse")
UNSELECTED = "0003"
BAD = {"mandant": UNSELECTED, "nummer": "6099", "vorname": "Waldemar", "email": ["waldemar@example.org"]}


class People:
    """Finds personal data in texts: addresses anywhere, names as whole words."""

    def __init__(self, exports: Iterable[dict[str, Any]], mandant: str = "") -> None:
        records = [
            record
            for export in exports
            for section in ("verwaltungseinheiten", "mieter")
            for record in export[section]
            if not mandant or record["mandant"] == mandant
        ]
        self.names = {str(record[name]) for record in records for name in NAMES if record.get(name)}
        fields = (json.dumps(record.get("email"), ensure_ascii=False) for record in records)
        self.addresses = {
            text for field in fields for text in re.findall(r"[^\s\"';,\[\]]+@[^\s\"';,\[\]]+", field)
        }
        words = "|".join(re.escape(name) for name in sorted(self.names, key=len, reverse=True))
        self._names = re.compile(rf"(?<!\w)(?:{words})(?!\w)")
        self._addresses = re.compile("|".join(map(re.escape, self.addresses)), re.IGNORECASE)

    def found_in(self, text: str) -> list[str]:
        # JSON may have been written with escapes, once or several times over.
        plain = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
        return self._names.findall(plain) + self._addresses.findall(plain)


@dataclass
class Seen:
    """The traces of a run."""

    lines: list[str] = field(default_factory=list)
    bodies: dict[str, list[str]] = field(default_factory=dict)
    printed: str = ""
    items: list[dict[str, Any]] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)


def samples() -> list[dict[str, Any]]:
    files = [SAMPLES / "exports" / name for name in ("full.json", "delta.json")]
    exports = redate(list(map(read_export, files)), datetime.now(UTC))
    full, delta = (json.loads(export.content) for export in exports)
    full["mieter"].append(BAD)
    full["anzahl"]["mieter"] += 1
    return [full, delta]


EXPORTS = samples()
PEOPLE = People(EXPORTS)


@contextlib.contextmanager
def spied(seen: Seen) -> Iterator[Logs]:
    """Every message of every queue, and every log line from INFO on, of whichever library."""
    add, stream = Ledger.add, io.StringIO()
    handler = logging.StreamHandler(stream)

    def spy(ledger: Ledger, messages: Iterable[Message]) -> None:
        taken = list(messages)
        seen.bodies.setdefault(ledger.queue.name, []).extend(json.dumps(vars(message)) for message in taken)
        add(ledger, taken)

    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as exits:
        patch.setattr(Ledger, "add", spy)
        exits.callback(logging.root.setLevel, logging.root.level)
        exits.callback(logging.root.removeHandler, handler)
        logging.root.addHandler(handler)
        logging.root.setLevel(logging.INFO)
        yield Logs(logging.DEBUG, stream)
    seen.lines = stream.getvalue().splitlines()


def plain(value: Any) -> Any:
    """JSON's nearest to a set or a number of DynamoDB."""
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


def configure(stack: LocalStack, kiwi: EmbeddedKiwi) -> None:
    kiwi.add_account(USER, PASSWORD)
    Running(stack, kiwi).configure()


def take_stock(stack: LocalStack, seen: Seen) -> None:
    """The table's content and the dead letters, as they lie there."""
    seen.items = list(stack.aws.items())
    for queue in stack.blueprint.queues.values():
        seen.dead += [message.body for message in stack.aws.intake.take(queue)]


@pytest.fixture(scope="module")
def demo() -> Seen:
    seen = Seen()
    full, delta = EXPORTS
    refused = json.dumps(full, ensure_ascii=False)[:-100]
    with EmbeddedKiwi(seed=7) as kiwi, spied(seen) as logs, LocalStack(logs=logs) as stack:
        configure(stack, kiwi)
        kiwi.faults = Faults.mixed(0.05)
        for document in (full, refused, full | {"export_id": "Erika Mustermann"}, delta):
            stack.drop(document)
            assert stack.drain(240)
        report = build_report(stack, {}, {CONNECTION: "-"}, drained=True)
        show_report(Console(file=(printed := io.StringIO()), width=160), report)
        seen.printed = f"{printed.getvalue()}\n{json.dumps(report)}"
        take_stock(stack, seen)
    return seen


def crash(setting: dict[str, str]) -> Seen:
    """Make a function fail at everything, with some of the same people."""
    seen = Seen()
    few = {name: EXPORTS[0][name][:2] for name in ("verwaltungseinheiten", "mieter", "mietvertraege")}
    head = {name: value for name, value in EXPORTS[0].items() if name != "anzahl"}
    with (
        EmbeddedKiwi() as kiwi,
        spied(seen) as logs,
        LocalStack(logs=logs, visibility_cap=0.01, overrides=setting) as stack,
    ):
        configure(stack, kiwi)
        stack.drop(head | few)
        assert stack.serve(give_up_after=60)
        take_stock(stack, seen)
    return seen


def leaks(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if PEOPLE.found_in(text)]


@pytest.mark.parametrize(
    "planted",
    [
        "created Erika",
        "M\\u00e4gdefrau",
        "mail to RUTH@example.org failed",
        "Tischlerei Bießmann",
        "tenant 4711, Lindenstraße 12a",
        "0003-6004 Antje",
    ],
)
def test_the_search_bites(planted: str) -> None:
    assert leaks(["harmless", planted]) == [planted]


@pytest.mark.parametrize("harmless", ["Maximum", "0001-4711", "uwe_x", "max-age", "maximal@example.com"])
def test_the_search_knows_words(harmless: str) -> None:
    assert leaks([harmless]) == []


def test_everybody_is_searched_for() -> None:
    assert len(PEOPLE.names) > 140
    assert len(PEOPLE.addresses) > 60


def test_no_log_line_of_the_demo_names_a_person(demo: Seen) -> None:
    assert len(demo.lines) > 50
    assert any('"_aws"' in line for line in demo.lines), "metrics are lines too"
    assert any("export refused" in line for line in demo.lines)
    assert any("HTTP Request" in line for line in demo.lines), "so are those of libraries"
    assert leaks(demo.lines) == []
    assert [line for line in demo.lines if "@" in line] == []


def test_every_function_logs_under_its_own_name(demo: Seen) -> None:
    lines = [json.loads(line) for line in demo.lines if line.startswith('{"')]
    names = {(line["function_name"], line["service"]) for line in lines if "function_name" in line}
    assert {("kiwi-sync-ExtractFunction", "extract"), ("kiwi-sync-LoadFunction", "load")} <= names
    assert len({function for function, _ in names}) == len(names)
    assert {line["service"] for line in lines if "_aws" in line} == {"extract", "transform", "load"}


def test_messages_between_the_stages_carry_keys_only(demo: Seen) -> None:
    bodies = [
        json.loads(json.loads(text)["body"]) for stage in ("transform", "load") for text in of(demo, stage)
    ]
    assert len(bodies) > 200
    for body in bodies:
        keys = body["keys"] if "keys" in body else [body["key"]]
        assert body.keys() <= {"keys", "key", "wake"}
        assert {RowKey.parse(key).mandant for key in keys} <= {"0001", "0002"}
    assert leaks([*of(demo, "transform"), *of(demo, "load")]) == []
    assert leaks(of(demo, "export")), "the search would see them: exports themselves are full of people"


def of(seen: Seen, stage: str) -> list[str]:
    """All messages of a stage's queue, attributes included."""
    return next(bodies for name, bodies in seen.bodies.items() if stage in name)


def test_the_report_names_nobody(demo: Seen) -> None:
    assert leaks(demo.printed.splitlines()) == []
    assert "@" not in demo.printed


def test_keys_of_the_table_name_nobody(demo: Seen) -> None:
    keys = [f"{item['pk']} {item['sk']}" for item in demo.items]
    assert len(keys) > 500
    assert all(any(kind in key for key in keys) for kind in ("claim", "link"))
    assert leaks(keys) == []
    assert [key for key in keys if "@" in key] == []


def test_nothing_of_a_mandant_that_is_not_selected_is_stored(demo: Seen) -> None:
    texts = [json.dumps(item, ensure_ascii=False, default=plain) for item in demo.items]
    its_own = People(EXPORTS, UNSELECTED)
    assert its_own.names
    assert [text for text in texts if its_own.found_in(text)] == []
    assert [text for text in texts if re.search(r"(?<![\w-])0003(?=[#/-])|\"0003\"", text)] == []


@pytest.mark.parametrize(
    ("setting", "names"),
    [({"LOAD_QUEUE_URL": ""}, {"keys"}), ({"BACKOFF_SECONDS": "no number"}, {"key", "wake"})],
    ids=["transform", "load"],
)
def test_dead_letters_hold_keys_only(setting: dict[str, str], names: set[str]) -> None:
    seen = crash(setting)
    assert seen.dead
    assert [json.loads(body).keys() - names for body in seen.dead] == [set()] * len(seen.dead)
    assert leaks(seen.dead) == []
    assert any("rror" in line for line in seen.lines)
    assert leaks(seen.lines) == []
