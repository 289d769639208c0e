"""The findings of a command as one page in German and English: for a browser, or for a terminal."""

from kiwi_cli.pages.page_model import (
    Badge,
    Bar,
    Cell,
    Column,
    Figure,
    Page,
    PageTable,
    Section,
    Text,
    Tone,
    Words,
)
from kiwi_cli.pages.render import render

__all__ = [
    "Badge",
    "Bar",
    "Cell",
    "Column",
    "Figure",
    "Page",
    "PageTable",
    "Section",
    "Text",
    "Tone",
    "Words",
    "render",
]
