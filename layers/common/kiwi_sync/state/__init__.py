"""The state table: one row per entity, one writer per part."""
