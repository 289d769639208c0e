"""The choice of the e-mail address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_sync.rules.email import blockable, choose_email, is_blocked
from kiwi_sync.rules.reasons import Reason

valid = st.sampled_from(
    ["erika@example.org", "MAX.M@Example.COM", " a+b@sub.example.net ", "jörg@bücher.example.org"]
)
invalid = st.sampled_from(
    ["nein", "a@b@c", "a@", "@b.de", "a@wohnbau.test", "a@localhost", "a b@c.de", "a@b"]
)
blank = st.sampled_from(["", " ", "\t"])
lists = st.lists(st.one_of(valid, invalid, blank), max_size=5)


@pytest.mark.parametrize(
    ("field", "email"),
    [
        ("erika@example.org", "erika@example.org"),
        ("  Erika.Mustermann@Example.ORG ", "erika.mustermann@example.org"),
        ("ERIKA@EXAMPLE.ORG;max@example.org", "erika@example.org"),
        ("kaputt; erika@example.org, max@example.org", "erika@example.org"),
        (",;erika@example.org", "erika@example.org"),
        ("a@wohnbau.test,b@example.org", "b@example.org"),
        ("x@HÄUSER.example.net", "x@häuser.example.net"),
        ("x@xn--huser-gra.example.net", "x@häuser.example.net"),
    ],
)
def test_the_first_valid_one(field: str, email: str) -> None:
    assert choose_email(field) == email


@pytest.mark.parametrize("field", [None, "", "  ", ";", " , ;; "])
def test_there_is_none(field: str | None) -> None:
    assert choose_email(field) is Reason.NO_EMAIL


@pytest.mark.parametrize(
    "field",
    [
        "nein",
        "4711",
        "a@b@c; @",
        "erika@example",
        "erika@wohnbau.test",
        "erika@localhost",
        "erika@example.invalid",
        "erika.@example.org",
        "er ika@example.org",
        "Erika <erika@example.org>",
        '"erika"@example.org',
        "erika@[127.0.0.1]",
        "erika@" + "a" * 250 + ".org",
        "\ud800@example.org",
    ],
)
def test_none_is_valid(field: str) -> None:
    assert choose_email(field) is Reason.INVALID_EMAIL


@given(parts=lists, glue=st.sampled_from(";,"))
def test_of_several_the_first_valid_one_counts(parts: list[str], glue: str) -> None:
    chosen = choose_email(glue.join(parts))
    alone = [choose_email(part) for part in parts]
    emails = [one for one in alone if not isinstance(one, Reason)]
    if emails:
        assert chosen == emails[0]
    else:
        assert chosen is (Reason.INVALID_EMAIL if Reason.INVALID_EMAIL in alone else Reason.NO_EMAIL)


@given(field=st.one_of(lists.map(";".join), st.text(max_size=30), st.emails()))
def test_the_choice_is_an_address_in_its_final_form(field: str) -> None:
    chosen = choose_email(field)
    if not isinstance(chosen, Reason):
        local, _, domain = chosen.partition("@")
        assert (local, chosen) == (local.lower(), chosen.strip())
        assert domain == domain.lower() or not domain.isascii()
        assert chosen.count("@") == 1
        assert choose_email(chosen) == chosen
        assert choose_email(chosen.upper()) == chosen


@given(email=valid)
def test_case_and_space_make_no_difference(email: str) -> None:
    assert choose_email(email) == choose_email(email.upper()) == choose_email(f" {email} ")


BLOCKED = frozenset(map(blockable, ("info@example.org", "@Hausverwaltung.example.net", "@xn--huser-gra.de")))


@pytest.mark.parametrize(
    ("field", "email"),
    [
        ("INFO@example.org", Reason.PLACEHOLDER_EMAIL),
        ("info@example.org; nein", Reason.PLACEHOLDER_EMAIL),
        ("erika@hausverwaltung.example.net", Reason.PLACEHOLDER_EMAIL),
        ("erika@post.hausverwaltung.example.net", Reason.PLACEHOLDER_EMAIL),
        ("a@häuser.de, b@mail.xn--huser-gra.de", Reason.PLACEHOLDER_EMAIL),
        ("info@example.org; erika@example.org", "erika@example.org"),
        ("erika@example.net", "erika@example.net"),
        ("erika@andere-hausverwaltung.example.net", "erika@andere-hausverwaltung.example.net"),
        ("xinfo@example.org", "xinfo@example.org"),
        ("nein", Reason.INVALID_EMAIL),
        (" ; ", Reason.NO_EMAIL),
    ],
)
def test_the_first_one_that_is_not_blocked(field: str, email: str | Reason) -> None:
    assert choose_email(field, BLOCKED) == email


@pytest.mark.parametrize(
    ("entry", "normalized"),
    [
        (" Info@Example.ORG ", "info@example.org"),
        ("@Example.ORG", "@example.org"),
        ("@xn--huser-gra.de", "@häuser.de"),
        ("x@example.org", "x@example.org"),
    ],
)
def test_what_can_be_blocked(entry: str, normalized: str) -> None:
    assert blockable(entry) == normalized


@pytest.mark.parametrize(
    "entry", ["example.org", "@", "@de", "@example", "info@*", "a@wohnbau.test", "a@b@c"]
)
def test_what_cannot_be_blocked(entry: str) -> None:
    with pytest.raises(ValueError, match="neither an e-mail address nor"):
        blockable(entry)


@given(parts=lists, blocked=st.sets(valid.map(blockable)), glue=st.sampled_from(";,"))
def test_blocking_takes_addresses_away_and_adds_none(parts: list[str], blocked: set[str], glue: str) -> None:
    alone = [choose_email(part) for part in parts]
    left = [one for one in alone if not isinstance(one, Reason) and one not in blocked]
    chosen = choose_email(glue.join(parts), blocked)
    assert chosen == left[0] if left else isinstance(chosen, Reason)
    assert isinstance(chosen, Reason) or not is_blocked(chosen, blocked)
