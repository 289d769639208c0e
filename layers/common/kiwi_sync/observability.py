"""Logger and metrics of a stage. Logs hold keys, ids, codes and counts; never personal data."""

from aws_lambda_powertools import Logger, Metrics

logger = Logger()
"""The stage's logger; its name comes from POWERTOOLS_SERVICE_NAME."""

metrics = Metrics()
"""The stage's metrics; namespace and service come from the environment."""
