"""The rooms of the house: which code may import which."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "kiwi_sync": ROOT / "layers" / "common",
    "kiwi_extract": ROOT / "functions" / "extract",
    "kiwi_transform": ROOT / "functions" / "transform",
    "kiwi_load": ROOT / "functions" / "load",
    "kiwi_sandbox": ROOT / "sandbox",
    "kiwi_cli": ROOT / "cli",
}
MAY_IMPORT = {
    "kiwi_sync": set[str](),
    "kiwi_extract": {"kiwi_sync"},
    "kiwi_transform": {"kiwi_sync"},
    "kiwi_load": {"kiwi_sync"},
    "kiwi_sandbox": {"kiwi_sync", "kiwi_extract", "kiwi_transform", "kiwi_load"},
    "kiwi_cli": {"kiwi_sync", "kiwi_extract", "kiwi_sandbox"},
}
"""Functions share the layer and nothing else; the sandbox runs them; the command line uses both."""
EXTRACT = (
    "tools",
    "feldmapping",
    "reading",
    "records",
    "bookkeeping",
    "compare",
    "inbox",
    "brake",
    "sweep",
    "plan",
    "run",
    "stage",
    "wiring",
    "handler",
)
"""The rooms of extract, lowest first: each may use those that stand before it."""


def modules(package: str) -> Iterator[tuple[str, Path]]:
    base = PACKAGES[package]
    for path in sorted((base / package).rglob("*.py")):
        yield ".".join(path.relative_to(base).with_suffix("").parts), path


def imported(path: Path) -> Iterator[str]:
    """The modules of the project that a module imports; of `from package import module` the module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ours(path: Path) -> set[str]:
    return {name for name in imported(path) if name.partition(".")[0] in PACKAGES}


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_what_stands_below_them(package: str) -> None:
    wrong = {
        f"{module} imports {name}"
        for module, path in modules(package)
        for name in ours(path)
        if name.partition(".")[0] not in MAY_IMPORT[package] | {package}
    }
    assert not wrong


def test_rooms_of_extract_import_only_what_stands_below_them() -> None:
    wrong = {
        f"{module} imports {name}"
        for module, path in modules("kiwi_extract")
        for name in ours(path)
        if name.startswith("kiwi_extract.") and not _is_below(name, module)
    }
    assert not wrong


def _is_below(name: str, module: str) -> bool:
    room, own = name.split(".")[1], module.split(".")[1]
    return room == own or EXTRACT.index(room) < EXTRACT.index(own)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_is_among_what_it_imports(package: str) -> None:
    known = dict(modules(package))
    graph = {module: ours(path) & known.keys() for module, path in known.items()}
    done = set[str]()

    def follow(module: str, road: tuple[str, ...]) -> None:
        assert module not in road, f"a circle: {' -> '.join((*road, module))}"
        if module not in done:
            for name in sorted(graph[module]):
                follow(name, (*road, module))
            done.add(module)

    for module in graph:
        follow(module, ())


@pytest.mark.parametrize("function", ["extract", "transform", "load"])
def test_the_logic_of_a_function_knows_neither_its_handler_nor_its_wiring(function: str) -> None:
    package = f"kiwi_{function}"
    outer = {f"{package}.handler", f"{package}.wiring"}
    wrong = {
        f"{module} imports {name}"
        for module, path in modules(package)
        if module not in outer
        for name in ours(path) & outer
    }
    assert not wrong
