"""Inspection: what a file is and what is made of it, from its bytes alone, without AWS."""

from media.inspection.confinement import Measure
from media.inspection.decoders import InspectionError
from media.inspection.inspector import Inspector
from media.inspection.pipeline import InspectedImage, check_size, inspect_image
from media.model.rejection import Flaw, RejectedError
from media.rendering.encode import Rendition
from media.rendering.specs import (
    DEFAULT_RENDITIONS,
    RenditionFormat,
    RenditionSpec,
    read_specs,
    rendition_digest,
)

__all__ = [
    "DEFAULT_RENDITIONS",
    "Flaw",
    "InspectedImage",
    "InspectionError",
    "Inspector",
    "Measure",
    "RejectedError",
    "Rendition",
    "RenditionFormat",
    "RenditionSpec",
    "check_size",
    "inspect_image",
    "read_specs",
    "rendition_digest",
]
