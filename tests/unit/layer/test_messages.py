"""Messages that an earlier release wrote are read as it meant them."""

import json

import pytest
from kiwi_sync.messages import Parts, Pointer

PLACE = {"bucket": "b", "key": "exports/c/full/a.json"}


@pytest.mark.parametrize("name", ["ignore_dry_run", "earnest"])
def test_an_approved_dry_run_is_carried_out_whichever_release_kept_it(name: str) -> None:
    assert Pointer.model_validate(PLACE | {name: True}).ignore_dry_run
    assert Parts.model_validate({"parts": [PLACE], name: True}).ignore_dry_run


def test_it_is_written_in_one_way_and_only_if_it_says_something() -> None:
    said = json.loads(Pointer.model_validate(PLACE | {"earnest": True}).message())
    assert said == {"format": "erp-export-pointer/1", **PLACE, "ignore_dry_run": True}
    assert "ignore_dry_run" not in Pointer.model_validate(PLACE).message()
