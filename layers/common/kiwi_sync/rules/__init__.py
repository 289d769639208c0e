"""Pure rules: models in, models out; no clock, no environment, no network."""
