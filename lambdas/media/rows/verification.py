"""Verifies rows: image id, key and owner must agree.

Otherwise whoever can write rows could take over another owner's image by editing its row. The image
id cannot be changed, and the key proves the owner.
"""

from dataclasses import replace

from media.model.images import ImageRecord
from media.model.keys import ForeignKeyError, identify_upload, renditions_prefix


class ForgedRowError(Exception):
    """A row that contradicts its key; no upload, deletion or processing writes one."""

    def __init__(self, image_id: str) -> None:
        super().__init__(
            f"the row of image {image_id} contradicts its key: the functions did not write it"
        )


def is_consistent(record: ImageRecord, bucket: str) -> bool:
    """Return whether a row agrees with the image and the owner that its key names.

    Parameters
    ----------
    record
        The row. It may lack an owner: that hides the image from everyone but administrators, and
        gives it to nobody.
    bucket
        The bucket of the key; the ids of direct drops depend on it.
    """
    try:
        upload = identify_upload(bucket, record.key)
    except ForeignKeyError:
        return False
    return record.image_id == upload.image_id and record.owner in (None, upload.owner)


def verified(record: ImageRecord | None, bucket: str) -> ImageRecord | None:
    """Return what may be shown of a row; parameters as for `is_consistent`.

    Returns
    -------
    ImageRecord or None
        Without renditions under another image's prefix; None if the row is forged.
    """
    if record is None or not is_consistent(record, bucket):
        return None
    prefix = renditions_prefix(record.image_id)
    own = {name: each for name, each in record.renditions.items() if each.key.startswith(prefix)}
    return record if len(own) == len(record.renditions) else replace(record, renditions=own)
