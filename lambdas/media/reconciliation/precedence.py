"""Whether a row already covers a change, which is then ignored."""

from media.lifecycle.trash import is_discarded
from media.model.images import ImageRecord, Status
from media.model.keys import UploadIdentity
from media.objects.bucket import Original
from media.reconciliation.changes import ObjectChange


def is_settled(seen: ImageRecord, change: ObjectChange) -> bool:
    """Return whether a row records this change, without failure, or a later one."""
    if seen.sequencer is None or seen.sequencer < change.sequencer:
        return False
    return seen.sequencer > change.sequencer or seen.proven_status is not Status.FAILED


def is_discarded_upload(seen: ImageRecord, upload: UploadIdentity, original: Original) -> bool:
    """Return whether the object in the bucket is the one that its owner trashed."""
    return is_discarded(
        seen,
        announced=upload.announced,
        version_id=original.version_id,
        written_at=original.uploaded_at,
        in_parts=original.in_parts,
    )


def is_processed(seen: ImageRecord, original: Original) -> bool:
    """Return whether a row records this version, processed without failure."""
    is_there = seen.version_id == original.version_id and not seen.gone
    return is_there and seen.proven_status is not Status.FAILED
