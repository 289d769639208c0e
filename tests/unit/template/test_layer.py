"""The layer: the tested versions, without the packages of the runtime."""

import re
import tomllib
from pathlib import Path

from tests.unit.template.translated import ROOT, template

PIN = re.compile(r"^([a-z0-9-]+)==([^\s;]+)(?: ; [^\\]+)? \\\n((?:    --hash=\S+(?: \\)?\n)+)", re.MULTILINE)
FORBIDDEN = {"boto3", "botocore", "s3transfer", "aws-xray-sdk"}


def pins(path: Path) -> dict[tuple[str, str], set[str]]:
    """Name and version to hashes."""
    found = PIN.findall(path.read_text(encoding="utf-8"))
    return {(name, version): set(re.findall(r"sha256:\w+", hashes)) for name, version, hashes in found}


LAYER = pins(ROOT / "layers/common/requirements.txt")
LOCK = pins(ROOT / "requirements.lock")


def test_the_layer_has_what_is_tested() -> None:
    assert LAYER
    assert {pin: LOCK.get(pin) for pin in LAYER} == LAYER


def test_the_layer_has_everything_that_its_extra_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {re.split(r"[\[<>=~! ;]", it)[0].lower() for it in project["optional-dependencies"]["layer"]}
    assert asked <= {name for name, _ in LAYER}


def test_the_layer_has_not_what_the_runtime_has() -> None:
    assert FORBIDDEN.isdisjoint(name for name, _ in LAYER)


def test_no_lock_names_a_host() -> None:
    for path in ("requirements.lock", "layers/common/requirements.txt", "scripts/uv.txt"):
        assert "://" not in (ROOT / path).read_text(encoding="utf-8"), path


def test_the_layer_is_built_for_the_functions_runtime() -> None:
    makefile = (ROOT / "layers/common/Makefile").read_text(encoding="utf-8")
    function = template()["Globals"]["Function"]
    layer = template()["Resources"]["CommonLayer"]
    assert layer["Metadata"]["BuildMethod"] == "makefile"
    assert [layer["Metadata"]["BuildArchitecture"]] == function["Architectures"] == ["arm64"]
    assert f"PYTHON_VERSION = {function['Runtime'].removeprefix('python')}\n" in makefile
    assert "PLATFORM = aarch64-" in makefile
    assert "\nbuild-CommonLayer:\n" in makefile
