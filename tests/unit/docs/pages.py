"""The pages of the documentation, as tests read them."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
_FOLDERS = ("docs", "events", "benchmarks")
ALL = sorted([*ROOT.glob("*.md"), *(page for name in _FOLDERS for page in (ROOT / name).rglob("*.md"))])
GERMAN = ROOT / "docs" / "erp" / "de"
ENGLISH = ROOT / "docs" / "erp" / "en"
ERP = [GERMAN, ENGLISH]
"""The pages for ERP people, once in each language."""
_FENCED = re.compile(r"^```.*?^```$|^(?: {4}|\t).*$", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\]\(([^)\s]+)(?: \"[^\"]*\")?\)|^\[[^\]]+\]: (\S+)", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def name(path: Path) -> str:
    """A page's name in the list of tests."""
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    """A page without its blocks of code and without what is generated from the code's own texts."""
    text = re.sub(r"<!-- made: .*?<!-- end -->", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def links(path: Path) -> Iterator[str]:
    """The targets of a page's links."""
    for inline, reference in _LINK.findall(
        _INLINE.sub("``", _FENCED.sub("", path.read_text(encoding="utf-8")))
    ):
        yield inline or reference


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub names them."""
    found: set[str] = set()
    seen: Counter[str] = Counter()
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for heading in _HEADING.findall(text):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found
