"""The texts of all codes, in German and English: one data file, and its reader."""

from kiwi_cli.texts.codes import GradedMeaning, Meaning, Severity, codes, meaning

__all__ = ["GradedMeaning", "Meaning", "Severity", "codes", "meaning"]
