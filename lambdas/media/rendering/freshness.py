"""Whether an image has the renditions that would be made today."""

from collections.abc import Sequence

from media.model.images import ImageRecord, Status
from media.model.keys import rendition_key
from media.rendering.specs import RenditionSpec, rendition_digest


def has_current_renditions(record: ImageRecord, specs: Sequence[RenditionSpec]) -> bool:
    """Return whether an image is ready with exactly the renditions of these specs.

    The key of a rendition contains a digest of everything that decides its bytes, so the row is
    enough and no object is read.
    """
    if record.status is not Status.READY or record.sha256 is None:
        return False
    wanted = {
        spec.name: rendition_key(
            record.image_id, rendition_digest(spec, record.sha256), spec.filename
        )
        for spec in specs
    }
    return wanted == {name: stored.key for name, stored in record.renditions.items()}
