"""The mappings in docs/feldmapping.md are such that can be used, and the page knows all that there is."""

import re
from pathlib import Path

import pytest
from kiwi_extract.feldmapping import model, step_model, value_model
from kiwi_extract.feldmapping.parsing import parse_feldmapping
from kiwi_extract.feldmapping.parts import Part

PAGE = (Path(__file__).parents[3] / "docs" / "feldmapping.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
OF_VALUES = PAGE.partition("## Values")[2].partition("\n## ")[0]
VALUES = re.findall(r"^\| `(\{.*?\})` \|", OF_VALUES, flags=re.MULTILINE)
STEPS = re.findall(r"^\| `((?:pad|blank|map|date|split): .*?)` \|", PAGE, flags=re.MULTILINE)
FILTER = PAGE.partition("## Filter")[2].partition("\n## ")[0]
CONDITIONS = re.findall(r"^\| `(\{column.*?\})` \|", FILTER, flags=re.MULTILINE)


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


def test_the_first_one_makes_the_record_that_the_page_shows() -> None:
    [table] = parse_feldmapping(BLOCKS[0]).tables_for("mieter.csv", None)
    header, row = re.findall(r"^    (Mandant;.*|1;4711.*)$", PAGE, flags=re.MULTILINE)
    record = table.record(dict(zip(header.split(";"), row.split(";"), strict=True)))
    assert str(record).replace("'", '"') in PAGE


@pytest.mark.parametrize("value", [*VALUES, *(f"{{column: a, then: [{{{it}}}]}}" for it in STEPS)])
def test_a_value_or_step_of_the_page_can_be_used(value: str) -> None:
    assert parse_feldmapping(f"version: 1\nmieter: [{{fields: {{mandant: M, nummer: N, email: {value}}}}}]")


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_of_the_page_can_be_used(condition: str) -> None:
    assert parse_feldmapping(
        f"version: 1\nmieter: [{{filter: {condition}, fields: {{mandant: M, nummer: N}}}}]"
    )


@pytest.mark.parametrize(
    "part",
    [
        *(model.Document, model.ReadingOptions, model.Table),
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
def test_the_page_knows_every_key(part: type[Part]) -> None:
    keys = {field.alias or name for name, field in part.model_fields.items()}
    assert {
        key for key in keys if not re.search(rf"`[^`\n]*\b{key}\b|^ +.*\b{key}:", PAGE, re.MULTILINE)
    } == set()
