"""The EventBridge event of S3, as the queue hands it over."""

import json
from typing import Any

from media.keys import UPLOADS_PREFIX
from media.reconciliation import ObjectChange
from media.sequencers import normalise_sequencer
from media.timestamps import parse_timestamp

_DETAIL_TYPES = frozenset({"Object Created", "Object Deleted"})


class MalformedEventError(ValueError):
    """A message that is no S3 event of the media bucket; it belongs in the dead-letter queue.

    The message names the field and never its value, since keys may be personal.
    """


def parse_change(body: str, bucket: str) -> ObjectChange:
    """Read a change out of a queue message.

    Parameters
    ----------
    body
        The EventBridge event as JSON.
    bucket
        The bucket that events are accepted of.

    Returns
    -------
    ObjectChange
        Its key is the event's own, character for character: EventBridge doesn't quote it.

    Raises
    ------
    MalformedEventError
        If anything is missing, of a wrong type, or of another bucket or prefix.
    """
    try:
        event = json.loads(body)
    except ValueError:
        raise MalformedEventError("the message is no JSON") from None
    if _field(event, "source") != "aws.s3" or _field(event, "detail-type") not in _DETAIL_TYPES:
        raise MalformedEventError("the message is no Object Created or Object Deleted of S3")
    if _field(event, "detail", "bucket", "name") != bucket:
        raise MalformedEventError("detail.bucket.name is not the media bucket")
    key = _field(event, "detail", "object", "key")
    if not key.startswith(UPLOADS_PREFIX) or not _is_encodable(key):
        raise MalformedEventError("detail.object.key is no key of an upload")
    try:
        return ObjectChange(
            key=key,
            sequencer=normalise_sequencer(_field(event, "detail", "object", "sequencer")),
            occurred_at=parse_timestamp(_field(event, "time")),
        )
    except MalformedEventError:
        raise
    except ValueError:
        raise MalformedEventError("time or detail.object.sequencer can't be read") from None


def _field(event: Any, *path: str) -> str:  # noqa: ANN401 - JSON of unknown shape
    value = event
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, str):
        message = f"{'.'.join(path)} is missing or no text"
        raise MalformedEventError(message)
    return value


def _is_encodable(key: str) -> bool:
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True
