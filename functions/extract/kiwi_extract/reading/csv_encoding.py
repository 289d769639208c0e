"""Decodes text piece by piece, in the given or detected encoding. Any doubt is an error."""

import codecs
import re
from collections.abc import Iterator
from typing import NoReturn

from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.streams import PIECE, Peekable, unicode_encoding

UTF_8 = "utf-8"
WINDOWS = "cp1252"
ISO = "iso8859-1"
"""The same as Windows-1252, except for invisible characters; it is read as that."""
DOS = "cp850"
_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_DOUBTFUL = re.compile(
    # Umlauts, dashes, quotation marks and the euro, as UTF-8 writes them.
    rb"(?P<unicode>[\xc2\xc3][\x80-\xbf]|\xe2\x80[\x80-\xbf]|\xe2\x82\xac)"
    # DOS umlauts between letters, where Windows has quotation marks and a trade mark; its sharp s.
    rb"|(?P<dos>(?<=[A-Za-z])[\x84\x94\x99](?=[A-Za-z])|(?<=[Ss]tra)\xe1|(?<=[ae]u)\xe1|(?<=[Ww]ei)\xe1)"
    rb"|(?P<undefined>[\x81\x8d\x8f\x90\x9d])"
)
_DOUBTFUL_DOS = re.compile(
    # The same, and more European letters: DOS has frames of tables there.
    rb"(?P<unicode>[\xc2-\xc5][\x80-\xbf]|\xe2\x80[\x80-\xbf]|\xe2\x82\xac)"
)
_CHECKS = {
    WINDOWS: (_DOUBTFUL, bytes.fromhex("81 84 8d 8f 90 94 99 9d c2 c3 e1 e2")),
    DOS: (_DOUBTFUL_DOS, bytes.fromhex("c2 c3 c4 c5 e2")),
}
"""The doubtful texts, each with the bytes that begin it: most texts have none of them."""
_NEAR = 4
_MEND = "write UTF-8, or name the right one as `encoding` in the mapping"


def text_of(stream: Peekable, encoding: str | None) -> Iterator[str]:
    """The text in pieces. `encoding`: the given one; None: detect it.

    A byte order mark decides, or the NULs of UTF-16, or the first character that is not ASCII: in a valid
    UTF-8 sequence it means UTF-8, otherwise Windows-1252.

    Raises:
        RejectedExportError: a byte contradicts the encoding; carries its place and the remedy.
    """
    place = _Place()
    told = _name(encoding) if encoding else None
    encoding = _agreed(stream.peek(64), told, place)
    if encoding is None:
        yield from _ascii(stream, place)
        ahead = stream.peek(4)
        if not ahead:
            return
        encoding = UTF_8 if _SEQUENCE.match(ahead) else WINDOWS
    if encoding == "utf-8-sig":
        # Skipped here: the decoder does not count it.
        place.pass_by(stream.read(len(codecs.BOM_UTF8)))
        encoding = UTF_8
    if encoding in {WINDOWS, ISO}:
        yield from _checked(stream, WINDOWS, place)
    elif encoding == DOS:
        yield from _checked(stream, DOS, place)
    else:
        yield from _strictly(stream, encoding, place)


def _name(encoding: str) -> str:
    """Python's name of the encoding: `windows-1252` is `cp1252`."""
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        detail = "the encoding that the mapping names is not known"
        raise RejectedExportError(RejectedExport.ENCODING_DOUBTFUL, detail) from None


def _agreed(head: bytes, told: str | None, place: "_Place") -> str | None:
    """The encoding shown by the first bytes, which is more exact than the given one; else the given one."""
    found = unicode_encoding(head)
    if told and found and not found.startswith(told):
        place.refuse(head, 0, f"the beginning of {_shown(found)}, not of {_shown(told)}")
    return found or told


class _Place:
    """The place in the file of the next piece."""

    def __init__(self) -> None:
        self.offset = 0
        self.line = 1
        self.before = b""
        """The bytes right before it."""

    def pass_by(self, piece: bytes) -> None:
        self.offset += len(piece)
        self.line += piece.count(b"\n")
        self.before = piece[-_NEAR:]

    def refuse(self, piece: bytes, at: int, detail: str) -> NoReturn:
        line = self.line + piece.count(b"\n", 0, at)
        where = f"byte 0x{piece[at]:02X} at offset {self.offset + at}, line {line}"
        raise RejectedExportError(RejectedExport.ENCODING_DOUBTFUL, f"{where}: {detail}; {_MEND}")


def _ascii(stream: Peekable, place: _Place) -> Iterator[str]:
    """The text up to the first character that is not ASCII, which is left unread."""
    while ahead := stream.peek(PIECE):
        other = None if ahead.isascii() else _NOT_ASCII.search(ahead)
        if other is None or other.start():
            piece = stream.read(other.start() if other else len(ahead))
            place.pass_by(piece)
            yield piece.decode("ascii")
        if other:
            return


def _checked(stream: Peekable, encoding: str, place: _Place) -> Iterator[str]:
    """The text in a single-byte encoding, in which every byte means something, even a wrong one."""
    doubtful, suspects = _CHECKS[encoding]
    while piece := stream.read(PIECE):
        # A doubt depends on the neighbouring bytes, perhaps in another piece.
        near = place.before + piece + stream.peek(_NEAR)
        suspect = len(piece.translate(None, delete=suspects)) != len(piece)
        if suspect and (doubt := doubtful.search(near, len(place.before))):
            _refuse(place, doubt)
        place.pass_by(piece)
        yield piece.decode(encoding)


def _refuse(place: _Place, doubt: re.Match[bytes]) -> NoReturn:
    detail = {
        "unicode": "a character of UTF-8 in a file that is not in UTF-8",
        "dos": "an umlaut of DOS (code page 850), as it seems",
        "undefined": "no character of Windows-1252",
    }[str(doubt.lastgroup)]
    place.offset -= len(place.before)
    place.line -= place.before.count(b"\n")
    place.refuse(doubt.string, doubt.start(), detail)


def _strictly(stream: Peekable, encoding: str, place: _Place) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    kept = 0
    while True:
        piece = stream.read(PIECE)
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            place.offset -= kept
            place.refuse(error.object, error.start, f"not {_shown(encoding)}, as the text before it is")
        kept = len(decoder.getstate()[0])
        place.pass_by(piece)
        if text:
            yield text
        if not piece:
            return


def _shown(encoding: str) -> str:
    return codecs.lookup(encoding).name.upper().replace("-SIG", "")
