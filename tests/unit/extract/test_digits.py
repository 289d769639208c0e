"""Endless digits are refused before the parser sees them; everything else passes as it is."""

import io
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.digits import Digits, TooManyDigitsError

PYTHON_TAKES = 4300


class Dripping(io.BytesIO):
    """Gives less than it is asked for."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 0, 700))


@given(st.binary(max_size=5000), st.integers(1, 3000))
def test_what_is_not_digits_passes(content: bytes, size: int) -> None:
    stream = Digits(Dripping(content))
    pieces = list(iter(lambda: stream.read(size), b""))
    assert b"".join(pieces) == content
    assert all(len(piece) == size for piece in pieces[:-1])


@given(st.integers(0, 70_000), st.integers(0, 3000), st.sampled_from([0, 1, 1000]))
def test_more_digits_than_python_takes_never_pass(before: int, more: int, after: int) -> None:
    content = b" " * before + b"7" * (PYTHON_TAKES + 1 + more) + b" " * after
    stream = Digits(Dripping(content))
    with pytest.raises(TooManyDigitsError):
        list(iter(lambda: stream.read(65_536), b""))


def test_a_long_number_of_the_erp_passes() -> None:
    content = b"7" * 1000
    assert Digits(io.BytesIO(content)).read(65_536) == content


def test_the_parser_never_meets_what_it_crashes_from() -> None:
    code = """
import io
from kiwi_extract.document import Document, RejectedExportError
for digits in range(4000, 4400):
    try:
        list(Document(io.BytesIO(b'{"mieter": [{"nummer": -' + b"9" * digits + b"}]}")).records())
    except RejectedExportError as error:
        print(error.reason)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, set(done.stdout.split())) == (0, {"not_json"})
