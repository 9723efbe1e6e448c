"""Reading and validating environment files."""

from tooling.environments.files import EnvironmentFiles
from tooling.environments.schema import (
    Canary,
    Environment,
    Rendition,
)
from tooling.environments.section import Section

__all__ = [
    "Canary",
    "Environment",
    "EnvironmentFiles",
    "Rendition",
    "Section",
]
