"""The random histories: the same for the same seed, in order, and rich enough to be worth running."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

from tests.generate import random_history
from tests.oracle import expected_content
from tests.oracle_reading import read_export

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MANDANTEN = ("0001", "0002")
SEEDS = range(150)


def test_a_seed_makes_a_history() -> None:
    assert random_history(7, now=NOW) == random_history(7, now=NOW)
    assert random_history(7, now=NOW) != random_history(8, now=NOW)
    assert json.loads(json.dumps(random_history(7, now=NOW))) == random_history(7, now=NOW)


def test_every_export_is_accepted_and_newer_than_the_one_before() -> None:
    for seed in SEEDS:
        history = random_history(seed, exports=5, now=NOW)
        read = [read_export(document, MANDANTEN, NOW) for document in history]
        versions = [export.version for export in read if export is not None]
        assert len(versions) == 5
        assert versions == sorted(versions)
        assert NOW - timedelta(days=3) < versions[0][0] < versions[-1][0] < NOW
        assert len({document["export_id"] for document in history}) == 5
        assert (history[0]["scope"], history[-1]["scope"]) == ("full", "full")


def test_now_is_the_default() -> None:
    exported_at = datetime.fromisoformat(random_history(1)[-1]["exported_at"])
    assert timedelta() < datetime.now(UTC) - exported_at < timedelta(days=1)


def test_the_histories_are_rich() -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        history = random_history(seed, now=NOW)
        expected = expected_content(history, separator="-", mandanten=MANDANTEN, now=NOW)
        seen.update(reason for _, _, reason in expected.skipped)
        seen.update(kind for kind, names in expected.external_id_contenders.items() if names)
        seen.update(agreements=len(expected.rental_agreements), shared=len(expected.email_contenders))
        seen.update(document["scope"] for document in history)
        for document in history:
            export = read_export(document, MANDANTEN, NOW)
            assert export is not None
            for records in export.records.values():
                seen.update(rejected=len(records.rejected), unreadable=len(records.unreadable))
                seen.update(deleted=len(records.deleted))
    wanted = ("no_email", "invalid_email", "tenant_not_synchronized", "unit_unknown", "agreements", "shared")
    wanted_too = ("rental_unit", "rental_agreement", "delta", "full", "rejected", "unreadable", "deleted")
    assert {name: seen[name] for name in wanted + wanted_too if seen[name] < 10} == {}
