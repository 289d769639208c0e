"""Reads each document once a history: extract reads it anew whenever it waits, and it is always the same."""

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, Any

from kiwi_extract import run, stage
from kiwi_extract.document import Document, RawRecord
from kiwi_extract.spool import Entry
from kiwi_extract.validate import validate

from tests.simulation.scheduler import pretending


class Reading:
    """What was read and validated, by content. What is refused is not remembered."""

    def __init__(self) -> None:
        self._documents: dict[bytes, tuple[Document, list[RawRecord]]] = {}
        self._entries: dict[int, Entry] = {}

    @contextmanager
    def entered(self) -> Iterator[None]:
        """While this holds, extract reads through it."""
        with ExitStack() as stack:
            stack.enter_context(pretending(stage, Document=self._document))
            stack.enter_context(pretending(run, validate=self._entry))
            yield

    def _document(self, stream: IO[bytes]) -> Any:
        content = stream.read()
        return _Again(*self._documents[content]) if content in self._documents else self._first(content)

    def _first(self, content: bytes) -> Document:
        document = Document(io.BytesIO(content))
        read = document.records

        def records() -> Iterator[RawRecord]:
            kept = list(read())
            self._documents[content] = document, kept
            yield from kept

        document.records = records  # type: ignore[method-assign]
        return document

    def _entry(self, raw: RawRecord) -> Entry:
        # By identity: the records of a document that was read to its end are kept as long as this.
        if id(raw) not in self._entries:
            self._entries[id(raw)] = validate(raw)
        return self._entries[id(raw)]


class _Again:
    """A document that was read before."""

    def __init__(self, document: Document, records: list[RawRecord]) -> None:
        self.envelope, self.counts = document.envelope, document.counts
        self._records = records

    def records(self) -> Iterator[RawRecord]:
        yield from self._records
