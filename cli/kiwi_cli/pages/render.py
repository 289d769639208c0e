"""Makes the HTML of a page: one file that needs nothing else, neither at the sender's nor at the reader's."""

import base64
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from kiwi_cli.pages.page_model import Badge, Bar, Page, Text

_RESOURCES = files("kiwi_cli.pages")
DEFAULT_LANGUAGE = "de"


def render(page: Page) -> str:
    """The page as HTML. Every text of it is escaped; scripts and styles are the page's own, by their hash."""
    style, script = _resource("page.css"), _resource("page.js")
    language = page.language or DEFAULT_LANGUAGE
    return _template().render(
        page=page,
        title=page.title if isinstance(page.title, str) else page.title.in_language(language),
        language=language,
        follow_browser=not page.language,
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'",
        largest=_largest,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("kiwi_cli", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"words": _words, "is_badge": _is_badge, "bar_length": _bar_length}
    return environment.get_template("page.html.j2")


def _resource(name: str) -> str:
    return (_RESOURCES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = base64.b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _words(value: Text | str | int) -> Markup:
    """A text in both languages, of which the page shows one; a number as each of them writes it."""
    if isinstance(value, int):
        english = f"{value:,}"
        value = Text(english.replace(",", "."), english)
    if isinstance(value, str):
        return escape(value)
    de, en = _with_code(value.de), _with_code(value.en)
    return de if de == en else Markup('<span lang="de">{}</span><span lang="en">{}</span>').format(de, en)


def _with_code(text: str) -> Markup:
    """A text in which what stands between backticks is a field's name, or the like."""
    between = text.split("`")
    if len(between) % 2 == 0:
        return escape(text)
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(one) if at % 2 else escape(one) for at, one in enumerate(between))


def _is_badge(value: object) -> bool:
    return isinstance(value, Badge)


def _largest(bars: list[Bar]) -> int:
    return max((bar.value for bar in bars), default=0)


def _bar_length(value: int, largest: int) -> str:
    """The length of a bar, of 100. Any value but none can be seen."""
    return f"{max(100 * value / largest, 0.6 if value else 0):.2f}" if largest else "0"
