"""Messages of the queue: S3 events from EventBridge, and operators' requests of the same shape."""

import json
from typing import Any

from media.model.keys import UPLOADS_PREFIX
from media.model.sequencers import normalise_sequencer
from media.model.timestamps import parse_timestamp
from media.reconciliation import ObjectChange, ReprocessRequest

_CHANGES = frozenset({("aws.s3", "Object Created"), ("aws.s3", "Object Deleted")})
# No rule matches this event: its sender must be allowed to write to the queue itself.
_REQUEST = ("media.tooling", "Reprocess Requested")


class MalformedEventError(ValueError):
    """A message that is not an event of the media bucket; it ends in the dead-letter queue.

    The error names the field but never its value, because keys may be personal.
    """


def parse_message(body: str, bucket: str) -> ObjectChange | ReprocessRequest:
    """Read a change or a request from a queue message.

    Parameters
    ----------
    body
        The event as JSON.
    bucket
        The only bucket whose events are accepted.

    Returns
    -------
    ObjectChange or ReprocessRequest
        Its key is unchanged from the event: EventBridge does not quote it.

    Raises
    ------
    MalformedEventError
        If a field is missing or has the wrong type, or the bucket or prefix is another.
    """
    try:
        event = json.loads(body)
    except ValueError:
        raise MalformedEventError("the message is not JSON") from None
    kind = (_field(event, "source"), _field(event, "detail-type"))
    if kind not in _CHANGES | {_REQUEST}:
        raise MalformedEventError("the message is neither a change reported by S3 nor a request")
    if _field(event, "detail", "bucket", "name") != bucket:
        raise MalformedEventError("detail.bucket.name is not the media bucket")
    key = _field(event, "detail", "object", "key")
    if not key.startswith(UPLOADS_PREFIX) or not _is_encodable(key):
        raise MalformedEventError("detail.object.key is not the key of an upload")
    try:
        occurred_at = parse_timestamp(_field(event, "time"))
        if kind == _REQUEST:
            unless_current = event["detail"].get("unless-current") is True
            return ReprocessRequest(key, occurred_at, unless_current)
        sequencer = normalise_sequencer(_field(event, "detail", "object", "sequencer"))
        return ObjectChange(key, sequencer, occurred_at)
    except MalformedEventError:
        raise
    except ValueError:
        raise MalformedEventError("time or detail.object.sequencer can't be read") from None


def _field(event: Any, *path: str) -> str:  # noqa: ANN401 - JSON of unknown shape
    value = event
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, str):
        message = f"{'.'.join(path)} is missing or not text"
        raise MalformedEventError(message)
    return value


def _is_encodable(key: str) -> bool:
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True
