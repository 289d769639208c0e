"""samconfig.toml: three stacks, each with parameters that the template has."""

import tomllib
from typing import Any

import pytest

from tests.unit.template.translated import ROOT, template

CONFIG: dict[str, Any] = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
ENVIRONMENTS = ("default", "staging", "prod")


def overrides(environment: str) -> dict[str, str]:
    written = CONFIG[environment]["deploy"]["parameters"]["parameter_overrides"]
    return dict(pair.split("=", 1) for pair in written.split())


def test_each_environment_is_a_stack_of_its_own() -> None:
    names = {CONFIG[it]["global"]["parameters"]["stack_name"] for it in ENVIRONMENTS}
    assert len(names) == 3
    # The bucket's name is made from it, and has 63 characters at the most.
    assert all(len(name) <= 42 and name == name.lower() for name in names)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_overrides_are_values_that_the_template_takes(environment: str) -> None:
    for name, value in overrides(environment).items():
        parameter = template()["Parameters"][name]
        assert value in [str(it) for it in parameter.get("AllowedValues", [value])]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_deployment_asks_for_no_more_than_unnamed_roles(environment: str) -> None:
    assert CONFIG[environment]["deploy"]["parameters"]["capabilities"] == "CAPABILITY_IAM"


def test_production_is_confirmed_and_protected() -> None:
    assert CONFIG["prod"]["deploy"]["parameters"]["confirm_changeset"] is True
    assert overrides("prod").get("TableDeletionProtection", "true") == "true"
