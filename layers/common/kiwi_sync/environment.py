"""A function's environment variables, read once, when the function is wired."""

import os
from typing import Self

from pydantic import BaseModel, ConfigDict


class Environment(BaseModel):
    """Variables that every function has; each adds its own. Field names are the variables' in lower case."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)
    table_name: str
    connections_path: str
    grace_seconds: float = 900
    """Seconds that a sent key is left alone before the sweep sends it again."""

    @classmethod
    def read(cls) -> Self:
        """The present environment.

        Raises:
            pydantic.ValidationError: a variable is missing or malformed.
        """
        return cls.model_validate({name.lower(): value for name, value in os.environ.items()})
