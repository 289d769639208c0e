"""Which e-mail address counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_sync.rules.email import choose_email
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
        assert chosen == chosen.strip().lower()
        assert chosen.count("@") == 1
        assert choose_email(chosen) == chosen
        assert choose_email(chosen.upper()) == chosen


@given(email=valid)
def test_case_and_space_make_no_difference(email: str) -> None:
    assert choose_email(email) == choose_email(email.upper()) == choose_email(f" {email} ")
