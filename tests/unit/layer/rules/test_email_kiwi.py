"""KIWI keeps an address as it was sent: otherwise it would be sent again and again."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kiwi_sandbox.kiwi import tenants
from kiwi_sync.rules.email import blockable, choose_email
from kiwi_sync.rules.reasons import Reason

ODD = "a0.+-_'\"\\ \täÄßẞİıſςΣǅŉÅ\u0308\u0307\u0345\u200d\u00ad\u212b\u1fef\u13a0\uab70\u13f8字🙂()<>[]:,;@"
odd = st.sampled_from(ODD) | st.characters(codec="utf-8")
locals_ = st.text(odd, min_size=1, max_size=70) | st.integers(60, 68).map(lambda long: "a" * long)
labels = st.text(st.sampled_from("aAzß09-ä\u0308Ä字\u13a0\uab70\u13f8ſ") | odd, min_size=1, max_size=12)
ends = st.sampled_from(
    ["example.org", "EXAMPLE.org", "b.de", "häuser.de", "xn--huser-gra.de", "b.test", "de."]
)
domains = st.builds(lambda label, end: f"{label}.{end}", labels, ends) | ends
shapes = st.sampled_from(["{}@{}", " {}@{} ", "Name <{}@{}>", "<{}@{}>", "{}@{}.", '"{}"@{}', "{}@[{}]"])
addresses = st.builds(lambda shape, local, domain: shape.format(local, domain), shapes, locals_, domains)


def kept(sent: str) -> str:
    """The address as KIWI keeps it and reads it back; an error if it refuses it."""
    return tenants._normalized(sent)


@given(addresses | st.emails() | st.text(odd, max_size=40))
@example("x@\uab70.example.org")
@example("x@\u13f8b.de")
@example("x@ẞ.de")
@example("\u0130@b.de")
@example("a\u0308" * 64 + "@b.de")
@example("q\u0307\u0323@b.de")
def test_kiwi_keeps_what_is_sent(field: str) -> None:
    sent = choose_email(field)
    if not isinstance(sent, Reason):
        assert kept(sent) == sent
        assert choose_email(sent) == sent


@pytest.mark.parametrize("capital", ["\u13a0", "\u13ef", "\u13f0", "\u13f5"])
def test_of_some_letters_the_capital_ones_are_kept_in_a_domain(capital: str) -> None:
    sent = choose_email(f"X@{capital.lower()}.example.org")
    assert sent == choose_email(f"x@{capital}.EXAMPLE.org") == f"x@{capital}.example.org"


@pytest.mark.parametrize("letter", ["a", "ä", "a\u0308", "字"])
@pytest.mark.parametrize("long", [1, 63, 64, 65, 70])
def test_of_the_part_before_the_at_64_characters_are_taken(letter: str, long: int) -> None:
    chosen = choose_email(f"{letter * long}@b.de")
    composed = unicodedata.normalize("NFC", letter * long)
    assert chosen == (f"{composed}@b.de" if long <= 64 else Reason.INVALID_EMAIL)


def test_too_long_an_address_gives_way_to_the_next() -> None:
    assert choose_email("a" * 65 + "@b.de; b@b.de") == "b@b.de"


def test_a_domain_is_blocked_in_the_form_that_is_kept() -> None:
    assert blockable("@\uab70.example.org") == "@\u13a0.example.org"
    assert (
        choose_email("x@\uab70.example.org", {blockable("@\uab70.example.org")}) is Reason.PLACEHOLDER_EMAIL
    )
