"""Endless texts are refused before the parser gathers them; everything else passes as it is."""

import io
from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.texts import MAX_TEXT, CutTextError, EndlessTextError, Texts

BLOCK = 2**16


def passed(content: bytes, size: int = BLOCK) -> bytes:
    stream = Texts(io.BytesIO(content))
    return b"".join(iter(lambda: stream.read(size), b""))


@given(st.lists(st.sampled_from([b"x", b'"', rb"\\", rb"\\\""])), st.integers(1, 5))
def test_what_is_short_passes_unless_it_ends_within_a_text(pieces: list[bytes], size: int) -> None:
    content = b"".join(pieces)
    inside = pieces.count(b'"') % 2 == 1
    with pytest.raises(CutTextError) if inside else nullcontext():
        assert passed(content, size) == content


@pytest.mark.parametrize("before", [0, 1, 2, BLOCK - 1])
def test_a_text_of_a_mebibyte_passes_and_a_longer_one_does_not(before: int) -> None:
    head = b" " * before + b'"'
    assert passed(head + b"x" * MAX_TEXT + b'"')
    with pytest.raises(EndlessTextError):
        passed(head + b"x" * (MAX_TEXT + 1) + b'"')


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("escaped", [rb"\"", rb"\\\""])
def test_an_escaped_quotation_mark_ends_no_text(before: int, escaped: bytes) -> None:
    content = b" " * before + b'"' + escaped * MAX_TEXT
    for size in (BLOCK, 1021):
        with pytest.raises(EndlessTextError):
            passed(content, size)


def test_a_backslash_that_is_escaped_escapes_nothing() -> None:
    content = rb'"\\" ' * MAX_TEXT
    for size in (BLOCK, 1021):
        assert passed(content, size) == content
