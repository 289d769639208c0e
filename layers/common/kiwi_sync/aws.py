"""Shared configuration of the functions' AWS clients. Each function builds only the clients it needs."""

from botocore.config import Config

CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 8},
    connect_timeout=5,
    read_timeout=20,
    max_pool_connections=32,
)
"""Eight attempts outlast a throttled table that is scaling up."""
