"""Stand-ins that behave like the real thing; tests/contract holds them to it."""
