"""What a row may say of itself: its image id, its key and its owner have to fit together.

Who may write rows could else give another's image to himself by a word in a row. The image id can't
be changed, and the key proves the owner, so nothing else is believed.
"""

from dataclasses import replace

from media.model.images import ImageRecord
from media.model.keys import ForeignKeyError, identify_upload, renditions_prefix


class ForgedRowError(Exception):
    """A row that belies its key; no upload, deletion or processing makes one."""

    def __init__(self, image_id: str) -> None:
        super().__init__(
            f"the row of image {image_id} belies its key: somebody wrote it past the functions"
        )


def is_consistent(record: ImageRecord, bucket: str) -> bool:
    """Return whether a row is of the image and the owner that its key names.

    Parameters
    ----------
    record
        The row. One without an owner is nobody's: that takes an image away from everyone but
        administrators, and gives it to nobody.
    bucket
        The bucket that the key is in; the identity of direct drops depends on it.
    """
    try:
        upload = identify_upload(bucket, record.key)
    except ForeignKeyError:
        return False
    return record.image_id == upload.image_id and record.owner in (None, upload.owner)


def verified(record: ImageRecord | None, bucket: str) -> ImageRecord | None:
    """Return what of a row may be shown; parameters as for `is_consistent`.

    Returns
    -------
    ImageRecord or None
        Without renditions that lie below another image's prefix; None where the row is forged.
    """
    if record is None or not is_consistent(record, bucket):
        return None
    prefix = renditions_prefix(record.image_id)
    own = {name: each for name, each in record.renditions.items() if each.key.startswith(prefix)}
    return record if len(own) == len(record.renditions) else replace(record, renditions=own)
