"""What a check foresees is what then happens."""

import json

from tests.integration.running import MANDANTEN, Running, redated
from tests.unit.local.check.looking import DIRTY, look

KINDS = {"verwaltungseinheiten": "rental_unit", "mieter": "tenant", "mietvertraege": "rental_agreement"}


def test_of_the_dirty_file_as_much_comes_to_kiwi_as_was_foreseen(run: Running) -> None:
    document = {**json.loads(DIRTY.read_text("utf-8")), "anzahl": None}  # it does not count right
    report = look(document, mandanten=MANDANTEN)
    (export,) = redated(document)
    run.bring(export)
    for section, kind in KINDS.items():
        foreseen = sum(row.to_kiwi for row in report.outcome if row.section == section)
        assert len(run.kiwi.content()[kind]) == foreseen, section
