"""The finders: pure functions that look at a record, or at what is remembered of all of them."""
