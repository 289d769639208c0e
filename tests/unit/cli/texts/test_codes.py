"""codes.yaml has texts for every code of the program, and for no other."""

import re
from enum import StrEnum

import pytest
from kiwi_cli.check.defects import Defect
from kiwi_cli.check.foresee import NOT_HERE
from kiwi_cli.texts import Meaning, Severity, codes, meaning
from kiwi_sync.rules.reasons import HoldStatus, Loss, Notice, Problem, Reason, RejectedExport

from tests.unit.cli.check.looking import ROOT
from tests.unit.docs.test_reasons import explained

KINDS: dict[str, dict[str, Meaning]] = {kind: dict(texts) for kind, texts in codes()}
TEXTS = [(kind, code, texts) for kind, of_kind in KINDS.items() for code, texts in of_kind.items()]
ENUMS: dict[str, type[StrEnum]] = {
    "defects": Defect,
    "notices": Notice,
    "problems": Problem,
    "losses": Loss,
    "holds": HoldStatus,
    "rejected_exports": RejectedExport,
}


@pytest.mark.parametrize("kind", ENUMS)
def test_the_codes_of_an_enum_have_texts_and_no_others(kind: str) -> None:
    assert set(KINDS[kind]) == set(ENUMS[kind])


def test_every_reason_has_texts() -> None:
    assert set(KINDS["reasons"]) == {*Reason, NOT_HERE}


def test_every_reason_for_which_a_record_is_rejected_has_texts() -> None:
    # That the page has them all, its own test tells.
    assert {*KINDS["rejected_records"], *KINDS["rejected_later"]} == set(explained("Rejected records"))


def test_every_defect_is_looked_for() -> None:
    modules = (ROOT / "cli" / "kiwi_cli" / "check").rglob("*.py")
    text = "".join(module.read_text(encoding="utf-8") for module in modules)
    assert {defect.name for defect in Defect} == set(re.findall(r"\bDefect\.([A-Z_]+)\b", text))


@pytest.mark.parametrize(("kind", "code", "texts"), TEXTS, ids=[f"{kind}-{code}" for kind, code, _ in TEXTS])
def test_each_is_told_in_two_languages_as_sentences(kind: str, code: str, texts: Meaning) -> None:
    assert kind
    for text in (texts.title, texts.remedy):
        assert text.de.strip() == text.de != ""
        assert text.en.strip() == text.en != text.de
    assert texts.remedy.de.endswith((".", "?"))
    assert texts.remedy.en.endswith((".", "?"))


def test_a_reason_that_is_new_is_told_all_the_same() -> None:
    new = codes().finding("new_reason")
    assert (new.de, new.en, new.severity) == ("new_reason", "new_reason", Severity.ERROR)


def test_a_reason_means_something_else_for_what_would_be_lost() -> None:
    assert meaning("no_email").en == "no e-mail address (no_email)"
    assert meaning("no_email", of_loss=True).en == "the e-mail address is gone (no_email)"
