"""KIWI: all that this project knows of its paths, statuses, names and quirks lies in this package."""
