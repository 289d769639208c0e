"""Half a character is made invalid for good; everything else passes as it is, wherever a piece ends."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.halves import Halves

PARTS = [rb"\ud83d", rb"\uDE00", rb"\u00e4", rb"\\\\", rb"\"", rb"\n", b"u", b"d", b"8", b"x", "ä".encode()]


def passed(content: bytes, size: int) -> bytes:
    stream = Halves(io.BytesIO(content))
    return b"".join(iter(lambda: stream.read(size), b""))


def without_halves(text: str) -> str:
    return "".join("\0" if "\ud800" <= char <= "\udfff" else char for char in text)


@given(st.lists(st.sampled_from(PARTS)), st.integers(1, 20))
def test_a_text_with_nul_for_each_half(parts: list[bytes], size: int) -> None:
    content = b'"' + b"".join(parts) + b'"'
    expected: Any = json.loads(content)
    assert json.loads(passed(content, size)) == without_halves(expected)


@given(st.lists(st.sampled_from([*PARTS, b"\\", rb"\u", rb"\ud8", b'"'])), st.integers(1, 20))
def test_nothing_is_lost_or_won(parts: list[bytes], size: int) -> None:
    content = b"".join(parts)
    got = passed(content, size)
    assert len(got) == len(content)
    assert got == passed(content, 1000)


@pytest.mark.parametrize(
    "content", [b"", b"\\", rb"\u", rb"\ud83d", rb"\ud83d\uDE0", rb"\ud83d\uDE00", b"\xed\xa0\x80"]
)
def test_what_is_cut_off_or_whole_passes(content: bytes) -> None:
    assert passed(content, 3) == content
