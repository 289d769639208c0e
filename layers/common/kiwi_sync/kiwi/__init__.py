"""Everything this project knows about KIWI: paths, statuses, names and quirks."""
