"""One HTML page that says what a command has found: for people without a terminal, in German and English."""

from kiwi_cli.pages.model import Badge, Bar, Cell, Column, Figure, Page, Section, Table, Text, Tone
from kiwi_cli.pages.render import render

__all__ = ["Badge", "Bar", "Cell", "Column", "Figure", "Page", "Section", "Table", "Text", "Tone", "render"]
