"""Reads YAML as texts, lists and mappings that know their lines; YAML's own value types are not used.

Every scalar is the text as written: `0001` stays `0001`, `no` stays `no`. Anything that could surprise or
swell is refused: anchors, aliases, tags, repeated keys, several documents, deep nesting.
"""

import re
from collections.abc import Iterator

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from kiwi_extract.feldmapping.faults import Fault, FeldmappingError

MAX_CHARACTERS = 131_072
"""The most characters of a mapping, far beyond any real one; it is read anew for every export."""
MAX_DEPTH = 24
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})

_ANCHORS = 'anchors (&) and aliases (*) are not allowed; a text that begins so is quoted: "*.csv"'
_NO_CHARACTER = "a character that there is not, written as a number"
_HALF = re.compile(r"[\ud800-\udfff]")
Place = tuple[str | int, ...]


class LinedList(list["str | LinedList | LinedDict"]):
    """A list with the line of each item."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


class LinedDict(dict[str, "str | LinedList | LinedDict"]):
    """A mapping with the line of each key. `place`: the keys and numbers that lead to it."""

    def __init__(self, line: int, place: Place) -> None:
        super().__init__()
        self.line = line
        self.place = place
        self.lines: dict[str, int] = {}


def read_lined(text: str) -> "str | LinedList | LinedDict":
    """The document in a YAML text.

    Raises:
        FeldmappingError: the text is not YAML, or uses a refused feature.
    """
    if len(text) > MAX_CHARACTERS:
        raise _error(1, "", f"longer than {MAX_CHARACTERS} characters")
    loader = None
    try:
        loader = yaml.SafeLoader(text)
        return _Reader(_events(loader)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _error(mark.line + 1 if mark else 1, "", f"not YAML: {error.problem}") from None
    except yaml.YAMLError:
        # A character that YAML does not allow. Its own words would quote it.
        raise _error(1, "", "not YAML: a control character; save the file as plain text in UTF-8") from None
    except (ValueError, OverflowError):
        # A number behind a backslash in a text; PyYAML does not check that the character exists.
        raise _error(loader.line + 1 if loader else 1, "", f"not YAML: {_NO_CHARACTER}") from None


def _events(loader: yaml.SafeLoader) -> Iterator[Event]:
    while loader.check_event():
        yield loader.get_event()  # type: ignore[no-untyped-call]  # the stubs give it no types


def show_place(place: Place) -> str:
    """A place in words for people: `mieter[0].fields.email`."""
    shown = ""
    for part in place:
        shown += f"[{part}]" if isinstance(part, int) else f".{part}" if shown else part
    return shown


class _Reader:
    """Builds the document from the parser's events."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._documents = 0

    def document(self) -> "str | LinedList | LinedDict":
        """The single document."""
        value: str | LinedList | LinedDict | None = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._documents += 1
                if self._documents > 1:
                    raise _error(_line(event), "", "a second document; a mapping is one")
                value = self._value(next(self._events), ())
        if value is None:
            raise _error(1, "", "the file is empty")
        return value

    def _value(self, event: Event, place: Place) -> "str | LinedList | LinedDict":
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _error(_line(event), show_place(place), _ANCHORS)
        if getattr(event, "tag", None) not in {None, "!"}:
            raise _error(_line(event), show_place(place), "tags (!) are not allowed")
        if len(place) > MAX_DEPTH:
            raise _error(_line(event), show_place(place[:3]), f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, SequenceStartEvent):
            return self._list(event, place)
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, place)
        return _scalar(event, place)

    def _list(self, start: Event, place: Place) -> LinedList:
        items = LinedList(_line(start))
        for event in iter(lambda: next(self._events), None):
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self._value(event, (*place, len(items))))
            items.lines.append(_line(event))
        return items

    def _mapping(self, start: Event, place: Place) -> LinedDict:
        items = LinedDict(_line(start), place)
        for event in iter(lambda: next(self._events), None):
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent):
                raise _error(_line(event), show_place(place), "a key must be a text")
            key = str(self._value(event, place)) if event.value else ""
            if key in items:
                raise _error(_line(event), show_place((*place, key)), "appears twice")
            items[key] = self._value(next(self._events), (*place, key))
            items.lines[key] = _line(event)
        return items


def _scalar(event: Event, place: Place) -> str:
    text = str(getattr(event, "value", ""))
    if _HALF.search(text):
        raise _error(_line(event), "", f"not YAML: {_NO_CHARACTER}")
    is_plain = getattr(event, "style", None) is None
    if is_plain and text in _NOTHING:
        message = 'nothing stands there; leave it out, or write "" for an empty text'
        raise _error(_line(event), show_place(place), message)
    return text


def _line(event: Event) -> int:
    mark = event.start_mark
    return mark.line + 1 if mark else 1


def _error(line: int, field: str, message: str) -> FeldmappingError:
    return FeldmappingError([Fault(line, field, message)])
