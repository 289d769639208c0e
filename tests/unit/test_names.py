"""A name in production code stands for one thing."""

import pytest

from scripts import names


def test_every_name_has_one_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    code = names.main()
    assert (code, capsys.readouterr().out) == (0, "")


def test_a_new_twin_is_found(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(
        names, "ALLOWED", {name: why for name, why in names.ALLOWED.items() if name != "Stage"}
    )
    assert names.main() == 1
    assert "functions/load/kiwi_load/stage.py" in capsys.readouterr().out


def test_a_mended_name_leaves_the_list(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(names, "ALLOWED", names.ALLOWED | {"RowKey": "none"})
    assert names.main() == 1
    assert "RowKey: has one meaning" in capsys.readouterr().out
