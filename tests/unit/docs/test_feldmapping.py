"""The mappings in feldmapping.md can be used, and the page names every key, in German and in English."""

import re

import pytest
from kiwi_extract.feldmapping import model, step_model, value_model
from kiwi_extract.feldmapping.base_model import Part
from kiwi_extract.feldmapping.parsing import parse_feldmapping

from tests.unit.docs.pages import ERP

PAGES = {folder.name: (folder / "feldmapping.md").read_text(encoding="utf-8") for folder in ERP}


def examples(pattern: str, section: str = "") -> list[str]:
    """The finds of the pattern on the pages: everywhere, or in one section (its title as a pattern)."""
    found: list[str] = []
    for text in PAGES.values():
        inside = re.split(r"\n## ", re.split(f"\n## (?:{section})\n", text)[1])[0] if section else text
        found += re.findall(pattern, inside, flags=re.MULTILINE | re.DOTALL)
    return found


BLOCKS = examples(r"```yaml\n(.*?)```")
VALUES = examples(r"^\| `(\{[^\n]*?\})` \|", "Values|Werte")
STEPS = examples(r"^\| `((?:pad|blank|map|date|split): [^\n]*?)` \|")
CONDITIONS = examples(r"^\| `(\{column[^\n]*?\})` \|", "Filter")
in_both_languages = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


def whole(block: str) -> str:
    if block.startswith("version"):
        return block
    if block.startswith("mieter:\n  - Haupt"):
        inner = block.replace("\n", "\n      ")
        return (
            "version: 1\nmietvertraege:\n  - fields:\n      mandant: M\n      nummer: N\n      beginn: B\n"
            f"      verwaltungseinheit: {{wirtschaftseinheit: W, nummer: V}}\n      {inner}"
        )
    return f"version: 1\n{block}"


@pytest.mark.parametrize("block", BLOCKS)
def test_a_mapping_of_the_page_can_be_used(block: str) -> None:
    assert parse_feldmapping(whole(block))


def test_both_languages_have_the_same_examples() -> None:
    for found in (VALUES, STEPS, CONDITIONS):
        assert found
        assert found[: len(found) // 2] == found[len(found) // 2 :]


@in_both_languages
def test_the_first_one_makes_the_record_that_the_page_shows(page: str) -> None:
    first = page.partition("```yaml\n")[2].partition("```")[0]
    [table] = parse_feldmapping(first).tables_for("mieter.csv", None)
    header, row = re.findall(r"^    (Mandant;.*|1;4711.*)$", page, flags=re.MULTILINE)
    record = table.record(dict(zip(header.split(";"), row.split(";"), strict=True)))
    assert str(record).replace("'", '"') in page


@pytest.mark.parametrize("value", [*VALUES, *(f"{{column: a, then: [{{{it}}}]}}" for it in STEPS)])
def test_a_value_or_step_of_the_page_can_be_used(value: str) -> None:
    assert parse_feldmapping(f"version: 1\nmieter: [{{fields: {{mandant: M, nummer: N, email: {value}}}}}]")


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_of_the_page_can_be_used(condition: str) -> None:
    assert parse_feldmapping(
        f"version: 1\nmieter: [{{filter: {condition}, fields: {{mandant: M, nummer: N}}}}]"
    )


@in_both_languages
@pytest.mark.parametrize(
    "part",
    [
        *(model.MappingModel, model.ReadingOptions, model.TableModel),
        *(model.EinheitFields, model.MieterFields, model.MietvertragFields),
        *(value_model.ColumnValue, value_model.JoinValue, value_model.ListValue, value_model.EachValue),
        *(value_model.Test, value_model.AllOf, value_model.AnyOf),
        *(
            step_model.Split,
            step_model.PadStep,
            step_model.MapStep,
            step_model.BlankStep,
            step_model.DateStep,
        ),
    ],
)
def test_the_page_knows_every_key(part: type[Part], page: str) -> None:
    keys = {field.alias or name for name, field in part.model_fields.items()}
    assert {
        key for key in keys if not re.search(rf"`[^`\n]*\b{key}\b|^ +.*\b{key}:", page, re.MULTILINE)
    } == set()


def test_both_languages_have_the_same_commands() -> None:
    commands = [re.findall(r"kiwi-sync local run events.*", page) for page in PAGES.values()]
    assert commands[0]
    assert commands[0] == commands[1]
