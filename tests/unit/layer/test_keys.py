"""Keys of rows: reversible, distinct, and evenly spread."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_sync.keys import (
    AVAILABILITY,
    EXPECTED_FILES,
    HOLDER,
    LAST_EXPORT,
    LOCK,
    MANDANTEN,
    RECENT_LOSSES,
    SHARDS,
    WAITER,
    WANT,
    WATERMARK,
    Partition,
    RowKey,
    RowKind,
    claim_pk,
    connection_in,
    connection_pk,
    escape,
    hold_pk,
    is_row,
    link_pk,
    run_pk,
    shard_of,
    split_pk,
    unescape,
)

parts = st.text(
    st.one_of(st.sampled_from("%#/ aF2350%"), st.characters(exclude_categories=["Cs"])), max_size=12
)
row_keys = st.builds(
    RowKey, parts, st.sampled_from(RowKind), parts, st.lists(parts, min_size=1, max_size=3).map(tuple)
)
GROUP = re.compile(r"[A-Za-z0-9!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}")


@given(part=parts)
def test_escape_is_reversible_and_joins_nothing(part: str) -> None:
    assert unescape(escape(part)) == part
    assert not set("#/") & set(escape(part))


@pytest.mark.parametrize("part", ["%2F", "%252F", "%25", "%", "/#%", "%23#", "2F", "%2f", ""])
def test_escape_of_what_looks_escaped(part: str) -> None:
    assert unescape(escape(part)) == part


@given(key=row_keys)
def test_a_key_can_be_read_from_its_text_and_from_its_row(key: RowKey) -> None:
    assert RowKey.parse(key.text) == key
    assert RowKey.of_row(key.pk, key.sk) == key
    assert str(key) == key.text


@given(one=row_keys, other=row_keys)
def test_different_keys_share_neither_row_nor_text_nor_group(one: RowKey, other: RowKey) -> None:
    same = one == other
    assert ((one.pk, one.sk) == (other.pk, other.sk)) == same
    assert (one.text == other.text) == same
    assert (one.group == other.group) == same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("c", RowKind.MIETER, "1", ("2",)), ("c", RowKind.MIETVERTRAG, "1", ("2",))),
        (("c", RowKind.MIETER, "1", ("2",)), ("c", RowKind.MIETER, "01", ("2",))),
        (("c", RowKind.MIETER, "1", ("2",)), ("d", RowKind.MIETER, "1", ("2",))),
        (("c", RowKind.MIETER, "1/2", ("3",)), ("c", RowKind.MIETER, "1", ("2", "3"))),
        (("c", RowKind.MIETER, "1#2", ("3",)), ("c#1", RowKind.MIETER, "2", ("3",))),
        (("c", RowKind.MIETER, "1", ("a#b",)), ("c", RowKind.MIETER, "1", ("a", "b"))),
        (("c", RowKind.MIETER, "1", ("a%23b",)), ("c", RowKind.MIETER, "1", ("a#b",))),
        (("c", RowKind.MIETER, "1", ("a",)), ("c", RowKind.MIETER, "1", ("A",))),
    ],
)
def test_near_collisions(
    one: tuple[str, RowKind, str, tuple[str, ...]], other: tuple[str, RowKind, str, tuple[str, ...]]
) -> None:
    first, second = RowKey(*one), RowKey(*other)
    assert (first.pk, first.sk) != (second.pk, second.sk)
    assert first.text != second.text
    assert first.group != second.group


@given(key=row_keys)
def test_the_group_is_what_sqs_takes(key: RowKey) -> None:
    assert GROUP.fullmatch(key.group)


@pytest.mark.parametrize("number", ["ü" * 64, "\U0001f600" * 64, "/" * 64, "'\";{}"])
def test_the_longest_and_strangest_numbers(number: str) -> None:
    key = RowKey("c" * 63, RowKind.RENTAL_AGREEMENT, number, (number, number))
    assert RowKey.parse(key.text) == key
    assert GROUP.fullmatch(key.group)
    assert len(key.pk.encode()) <= 2048
    assert len(key.sk.encode()) <= 1024


@given(connection=parts, mandant=parts, lease=parts, tenants=st.lists(parts, min_size=1, max_size=5))
def test_agreements_of_a_lease_share_a_partition_and_a_prefix(
    connection: str, mandant: str, lease: str, tenants: list[str]
) -> None:
    keys = [RowKey(connection, RowKind.RENTAL_AGREEMENT, mandant, (lease, tenant)) for tenant in tenants]
    assert len({key.pk for key in keys}) == 1
    assert all(key.sk.startswith(escape(lease) + "#") for key in keys)


def test_what_a_key_looks_like() -> None:
    key = RowKey("muster-wohnbau", RowKind.VERWALTUNGSEINHEIT, "0001", ("100", "0/1"))
    assert key.text == "muster-wohnbau/verwaltungseinheit/0001/100/0%2F1"
    assert key.sk == "100#0%2F1"
    assert re.fullmatch("muster-wohnbau#0001#verwaltungseinheit#[0-9a-f]", key.pk)
    assert key.partition == Partition("muster-wohnbau", "0001", RowKind.VERWALTUNGSEINHEIT, key.pk[-1])


def test_shards_are_spread_evenly_and_stay_what_they_are() -> None:
    counts = dict.fromkeys((format(number, "x") for number in range(SHARDS)), 0)
    for number in range(3200):
        counts[shard_of(f"{number:04}")] += 1
    assert min(counts.values()) > 100
    assert max(counts.values()) < 300
    assert [shard_of(sk) for sk in ("4711", "100#0001", "ü")] == ["f", "5", "4"]


@pytest.mark.parametrize(
    "text", ["", "c", "c/mieter", "c/mieter/0001", "c/tenant/0001/1", "c/MIETER/0001/1", "/c/mieter/0001/1"]
)
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match=r"row key|RowKind|unpack"):
        RowKey.parse(text)


@given(mandant=parts, number=parts)
def test_no_row_has_a_key_of_bookkeeping(mandant: str, number: str) -> None:
    key = RowKey("c", RowKind.MIETER, mandant, (number,))
    assert is_row(key.pk, key.sk)
    assert not is_row(key.pk, WATERMARK)
    assert not any(is_row(pk, key.sk) for pk in (connection_pk("c"), run_pk("c"), hold_pk("c"), link_pk(key)))


def test_keys_of_bookkeeping_are_those_of_every_release() -> None:
    assert (connection_pk("c"), run_pk("c"), hold_pk("c"), split_pk("c")) == (
        "%connection#c",
        "%run#c",
        "%hold#c",
        "%split#c",
    )
    assert link_pk(RowKey("c", RowKind.MIETER, "1", ("2",))) == "%link#c/mieter/1/2"
    assert claim_pk("c", "mieter", "email_address", "ab") == "%claim#c#mieter#email_address#ab"
    assert connection_in(run_pk("%unknown")) == "%unknown"
    assert (AVAILABILITY, LOCK, LAST_EXPORT, MANDANTEN) == ("kiwi", "lease", "exports", "mandanten")
    assert (EXPECTED_FILES, RECENT_LOSSES) == ("files#", "losses#")
    assert (HOLDER, WAITER, WANT, WATERMARK) == ("holder", "waiter#", "want#", "%watermark")
