"""Lists names that stand for two things in production code: class names and module names."""

import ast
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
PRODUCTION = ("functions", "layers", "cli", "sandbox")
ALLOWED = {
    "__init__": "every package has one",
    "handler": "the entry of each function",
    "stage": "the work of each function",
    "wiring": "the composition root of each function",
    "errors": "the errors of a package",
    "models": "the records of the ERP, the objects of KIWI",
    "commands": "the commands of a package",
    "messages": "messages of the queues, and the first look at one",
    "holds": "holds in the table, and the commands about them",
    "fields": "the fields of the ERP's format, and their findings",
    "Stage": "the work of each function, and its name on the command line",
    "RowKeepsMovingError": "the same error of two functions that share no code",
}
"""Names that several modules or classes have for good reason."""


def defined() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The places of every module name, and of every public class name."""
    modules, classes = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for folder in PRODUCTION:
        for path in sorted((ROOT / folder).rglob("*.py")):
            place = str(path.relative_to(ROOT))
            modules[path.stem].append(place)
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in tree.body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    classes[node.name].append(f"{place}:{node.lineno}")
    return modules, classes


def repeated() -> dict[str, list[str]]:
    """The names with several meanings, and their places."""
    return {name: places for found in defined() for name, places in sorted(found.items()) if len(places) > 1}


def main() -> int:
    """Print unlisted names with several meanings, and listed ones with a single one; 1 if there are any."""
    found = repeated()
    new = {name: places for name, places in found.items() if name not in ALLOWED}
    for name, places in new.items():
        sys.stdout.write(f"{name}\n" + "".join(f"    {place}\n" for place in places))
    mended = sorted(ALLOWED.keys() - found.keys())
    for name in mended:
        sys.stdout.write(f"{name}: has one meaning, so take it from the list\n")
    return 1 if new or mended else 0


if __name__ == "__main__":
    sys.exit(main())
