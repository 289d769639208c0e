"""The brake on any two exports: with no losses allowed nobody loses access, and all else is as without it."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extent import extent
from tests.unit.extract.brake.houses import ALL, approve, synchronize
from tests.unit.extract.exports import Export, Json, delta, full, lease, tenant, unit
from tests.unit.extract.rig import Rig

NUMBERS = ("1", "2", "3")
EMAILS = ("a@example.org", "b@example.org", None, "nobody", ["rejected"])
NUMBER = st.sampled_from(NUMBERS)


@st.composite
def _records(draw: st.DrawFn, section: str) -> list[Json]:
    which = draw(st.lists(NUMBER, max_size=4))
    return [_record(draw, section, nummer) for nummer in which]


def _record(draw: st.DrawFn, section: str, nummer: str) -> Json:
    if section == "verwaltungseinheiten":
        return unit(nummer)
    if section == "mieter":
        return tenant(nummer, email=draw(st.sampled_from(EMAILS)))
    at = {"wirtschaftseinheit": "100", "nummer": draw(NUMBER)}
    by = draw(st.lists(NUMBER, min_size=1, max_size=3))
    return lease(nummer, verwaltungseinheit=at, mieter=by)


@st.composite
def _exports(draw: st.DrawFn, hour: int) -> Export:
    made: dict[str, Any] = {section: draw(_records(section)) for section in ALL}
    if draw(st.booleans()):
        return full(hour, **made)
    gone = {section: draw(st.lists(NUMBER, max_size=2)) for section in ALL}
    named = {
        section: [{"mandant": "0001", "wirtschaftseinheit": "100", "nummer": nummer} for nummer in numbers]
        for section, numbers in gone.items()
    }
    return delta(hour, **made) | {"geloescht": named}


def brought(exports: list[Export], limit: int) -> Rig:
    rig = Rig()
    rig.settings.store(brake_agreements=limit, brake_percent=0)
    rig.extract(_everything())
    rig.extract_all(exports)
    return rig


def _everything() -> Export:
    at = [{"wirtschaftseinheit": "100", "nummer": nummer} for nummer in NUMBERS]
    return full(
        1,
        verwaltungseinheiten=[unit(nummer) for nummer in NUMBERS],
        mieter=[tenant(nummer) for nummer in NUMBERS],
        mietvertraege=[
            lease(nummer, verwaltungseinheit=home, mieter=[nummer, "1"])
            for nummer, home in zip(NUMBERS, at, strict=True)
        ],
    )


@given(_exports(3))
@settings(max_examples=extent(40, 100))
def test_nobody_loses_and_what_is_not_held_is_as_without_the_brake(export: Export) -> None:
    rig, free = brought([], 0), brought([], 1000)
    before, records = synchronize(rig), rig.live()
    synchronize(free)
    rig.extract(export)
    free.extract(export)
    assert synchronize(rig) >= before
    differing = {key for key in {*rig.live(), *free.live()} if rig.live().get(key) != free.live().get(key)}
    assert all(rig.live()[key] == records[key] for key in differing), "what is held stays whole"
    assert len(differing) == rig.counts(3)["held"]


@given(_exports(3))
@settings(max_examples=extent(25, 60))
def test_approved_all_is_as_without_the_brake(export: Export) -> None:
    rig, free = brought([], 0), brought([], 1000)
    synchronize(rig)
    synchronize(free)
    free.extract(export)
    rig.extract(export)
    synchronize(rig)
    if rig.run(3)["status"] == "held":
        approve(rig, 3)
        rig.extract(export)
    assert rig.live() == free.live()
    assert synchronize(rig) == synchronize(free)


@given(
    st.lists(st.integers(3, 8).flatmap(_exports), max_size=5, unique_by=lambda export: export["export_id"])
)
@settings(max_examples=extent(25, 60))
def test_nobody_loses_by_any_exports_in_any_order(exports: tuple[Export, ...]) -> None:
    rig = brought([], 0)
    there = synchronize(rig)
    for export in exports:
        rig.extract(export)
        now = synchronize(rig)
        assert now >= there
        there = now
