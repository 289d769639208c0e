"""Transforms the keys of a message; one that fails does not hold the others back."""

from kiwi_sync.keys import RowKey
from kiwi_sync.observability import logger
from kiwi_sync.queues import Queue, send_to_transform
from kiwi_sync.state.rows import let_rest

from kiwi_transform.stage import Stage

HOPELESS = 3
"""Receives after which a key rests: it has failed for minutes, and no sweep has sent it again yet."""


class KeyFailedError(Exception):
    """The only key of a message could not be transformed."""


def transform_keys(stage: Stage, queue: Queue, keys: list[RowKey], receives: int = 1) -> None:
    """Transform each key; send failed ones again, each alone. `receives`: the message's receive count.

    Raises:
        KeyFailedError: the message's only key failed; after five such attempts it goes to the
            dead-letter queue.
    """
    failed = [key for key in keys if not _transformed(stage, key)]
    if failed and len(keys) == 1:
        if receives >= HOPELESS:
            let_rest(stage.table, keys[0], stage.clock())
        raise KeyFailedError(str(keys[0]))
    for key in failed:
        send_to_transform(queue, [key])


def _transformed(stage: Stage, key: RowKey) -> bool:
    try:
        stage.transform(key)
    except Exception as error:
        # Log the kind of error only: a validation error's text quotes the record.
        logger.error("key failed", key=str(key), error=type(error).__name__)
        return False
    return True
