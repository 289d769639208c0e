"""Removes the doors of a unit before its deletion, which KIWI demands, and restores them if it returns."""

import json
from dataclasses import replace

from kiwi_sync.kiwi.client import KiwiClient
from kiwi_sync.kiwi.errors import KiwiCollision, KiwiNotFound, KiwiRefused
from kiwi_sync.kiwi.models import AccessPoint
from kiwi_sync.observability import logger
from kiwi_sync.rules.action import Actual
from kiwi_sync.rules.reasons import Notice

from kiwi_load.actual import ActualWriter
from kiwi_load.situation import Situation

DOOR_NOTICES = frozenset({Notice.DOORS_REMOVED.value, Notice.DOORS_NOT_RESTORED.value})


def remove_doors(kiwi: KiwiClient, writer: ActualWriter, situation: Situation, token: str) -> Situation:
    """Write a unit's doors down, then take them from it. Returns the situation that knows them.

    Raises:
        KiwiError, TakenOverError: some of them may be removed.
    """
    points = kiwi.access_points(situation.kiwi_id)
    if not points:
        return situation
    known = {point.id: point for point in [*_read(situation.actual.doors), *points]}
    noticed = situation.actual.noticed - DOOR_NOTICES | {Notice.DOORS_REMOVED.value}
    actual = replace(situation.actual, doors=_written(list(known.values())), noticed=noticed)
    writer.remember_doors(situation.row, token, actual)
    logger.warning(
        "doors removed from a unit that goes",
        key=str(situation.row.key),
        doors=[point.id for point in points],
    )
    for point in points:
        kiwi.remove_access_point(situation.kiwi_id, point.id)
    return situation.having(actual)


def restore_doors(kiwi: KiwiClient, situation: Situation) -> Actual:
    """Restore a unit's doors; those that KIWI refuses stay written down, with a notice.

    Raises:
        KiwiError: some of them may be back.
    """
    present = {point.id for point in kiwi.access_points(situation.kiwi_id)}
    missing = [point for point in _read(situation.actual.doors) if point.id not in present]
    lost = [point for point in missing if not _put_back(kiwi, situation.kiwi_id, point)]
    noticed = situation.actual.noticed - DOOR_NOTICES
    if not lost:
        return replace(situation.actual, doors=None, noticed=noticed)
    logger.warning(
        "doors could not be put back", key=str(situation.row.key), doors=[point.id for point in lost]
    )
    return replace(
        situation.actual, doors=_written(lost), noticed=noticed | {Notice.DOORS_NOT_RESTORED.value}
    )


def _put_back(kiwi: KiwiClient, unit_id: str, point: AccessPoint) -> bool:
    try:
        kiwi.add_access_point(unit_id, point)
    except (KiwiCollision, KiwiRefused):
        # Another unit has it by now, or the door no longer exists.
        return False
    except KiwiNotFound:
        return False
    return True


def _read(doors: str | None) -> list[AccessPoint]:
    return [] if doors is None else [AccessPoint.model_validate(point) for point in json.loads(doors)]


def _written(points: list[AccessPoint]) -> str:
    return json.dumps([point.model_dump() for point in points], ensure_ascii=False)
