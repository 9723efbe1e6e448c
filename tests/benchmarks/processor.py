"""How to start the processor's code outside Lambda, with the packages of its zip."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tooling.packaging.dependencies import install
from tooling.packaging.platforms import this_platform

if TYPE_CHECKING:
    from tooling.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
# -S and -P: nothing is imported but the zip's packages and the checkout.
PYTHON = (sys.executable, "-S", "-P")
SETTINGS = {
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2304",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "MEDIA_BUCKET": "media",
    "MEDIA_TABLE": "images",
    "MEDIA_ENVIRONMENT": "benchmark",
    "MEDIA_UPLOAD_BYTES_MAX": "52428800",
    "MEDIA_PIXELS_MAX": "100000000",
    "MEDIA_FRAMES_MAX": "1000",
    "MEDIA_FILE_SECONDS_MAX": "120",
    "MEDIA_MONTH_SHARDS": "1",
    "MEDIA_TRASH_DAYS": "30",
    "MEDIA_URL_EXPIRY_SECONDS": "900",
    "MEDIA_UPLOAD_FORM": "true",
    "MEDIA_CURSOR_KEY": "a-key-that-signs-cursors-in-benchmarks",
    "MEDIA_FIRST_MONTH": "2026-01",
    "MEDIA_RENDITIONS": json.dumps([{"name": "large", "longest_side": 1600}]),
    "POWERTOOLS_METRICS_NAMESPACE": "media",
    "POWERTOOLS_TRACE_DISABLED": "true",
}


def variables(workspace: Workspace, function: str = "processor") -> dict[str, str]:
    """Return the environment of a process that runs a function's code.

    Raises
    ------
    OperatorError
        The function's packages could not be installed.
    """
    lock = workspace.lambdas / "functions" / function / "requirements.lock"
    packages = install(lock, this_platform(), workspace.cache)
    path = os.pathsep.join(map(str, (workspace.lambdas, packages, ROOT)))
    service = {"POWERTOOLS_SERVICE_NAME": function, "PYTHONPATH": path}
    caches = {"PYTHONPYCACHEPREFIX": str(workspace.cache / "bytecode")}
    return {**os.environ, **SETTINGS, **service, **caches}
