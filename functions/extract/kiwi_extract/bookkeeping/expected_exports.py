"""Detects overdue exports, export parts and side files. Nothing arrives, so nothing else would notice."""

from datetime import datetime, timedelta
from hashlib import blake2b

from kiwi_sync.connections import Connections, SettingsInvalidError, UnknownConnectionError
from kiwi_sync.keys import EXPECTED_FILES, LAST_EXPORT, connection_pk, split_pk
from kiwi_sync.observability import logger
from kiwi_sync.state.rows import tombstone
from kiwi_sync.state.table import Change, ItemKey, Table
from kiwi_sync.times import read_stamp, stamp

WITHIN = timedelta(hours=12)
"""How long a part may be missing before it is reported. Objects of the same name further apart belong to
different exports, for example those of two nights.
"""
REPORTED = timedelta(days=7)
"""How long a missing part is reported at the most."""
PART = "part_"
"""Prefix of the attributes that hold the present parts, by number."""


def parts_missing(table: Table, connection: str, now: datetime) -> int:
    """The number of a connection's exports that have waited too long for a part."""
    late = 0
    for item in table.query(split_pk(connection)):
        waited = now - read_stamp(str(item["first_at"]))
        there = sum(name.startswith(PART) for name in item)
        if there < int(str(item["of"])) and WITHIN < waited <= REPORTED:
            late += 1
            hours = round(waited / timedelta(hours=1), 1)
            logger.warning(
                "parts of an export are missing",
                connection=connection,
                export_id=str(item["export_id"]),
                hours=hours,
            )
    return late


def expect_side_file(table: Table, connection: str, folder: str, now: datetime) -> None:
    """Remember that a folder's side file lists the files of an export."""
    table.update(_folder_key(connection, folder), Change(put=tombstone(now)))


def is_side_file_missing(table: Table, connection: str, folder: str) -> bool:
    """Whether a recent side file of the folder listed an export's files, although there is none now."""
    return table.get(_folder_key(connection, folder)) is not None


def expect_no_side_file(table: Table, connection: str, folder: str) -> None:
    """Forget that: the folder's side file lists no files any more."""
    key = _folder_key(connection, folder)
    if table.get(key) is not None:
        table.delete(key)


def _folder_key(connection: str, folder: str) -> ItemKey:
    # An object's key may be longer than one of the table.
    digest = blake2b(folder.encode(), digest_size=16).hexdigest()
    return (connection_pk(connection), f"{EXPECTED_FILES}{digest}")


def _key(connection: str) -> ItemKey:
    return (connection_pk(connection), LAST_EXPORT)


def note_export(table: Table, connection: str, now: datetime) -> None:
    """Remember that an export was worked to its end."""
    table.update(_key(connection), Change(put={"last_at": stamp(now)}))


def is_missing(table: Table, connections: Connections, connection: str, now: datetime) -> bool:
    """Whether the last export is older than the connection's settings expect.

    A connection without any export counts from the first check. Broken settings count as missing exports,
    since no export can be taken with them.
    """
    try:
        expected = connections.get(connection).settings.watched
    except UnknownConnectionError:
        return False
    except SettingsInvalidError as error:
        logger.error("settings cannot be used", connection=connection, fault=str(error))
        return True
    if not expected:
        return False
    item = table.get(_key(connection)) or {}
    since = item.get("last_at") or item.get("watched_from")
    if since is None:
        table.update(_key(connection), Change(put_if_absent={"watched_from": stamp(now)}))
        return False
    silent = now - read_stamp(str(since))
    if silent <= expected:
        return False
    hours = round(silent / timedelta(hours=1), 1)
    logger.warning("no export for longer than expected", connection=connection, hours=hours)
    return True
