"""The choice of the AWS under a local stack."""

from enum import StrEnum

from kiwi_sandbox.aws.memory import MemoryAws
from kiwi_sandbox.aws.sandbox_aws import SandboxAws
from kiwi_sandbox.template import Blueprint


class AwsKind(StrEnum):
    """The kinds: quick, or with everything between the functions and AWS that moto answers."""

    MEMORY = "memory"
    MOTO = "moto"


def new_aws(kind: AwsKind, blueprint: Blueprint) -> SandboxAws:
    """An AWS of this kind, for the resources of a blueprint."""
    if kind is AwsKind.MEMORY:
        return MemoryAws(blueprint)
    # Moto takes longer to import than many runs last.
    from kiwi_sandbox.aws.embedded import EmbeddedAws  # noqa: PLC0415 - moto is slow to load

    return EmbeddedAws(blueprint)
