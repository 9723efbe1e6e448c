"""What the tooling shares with the functions is found without anything to set."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def test_the_model_is_found_wherever_the_tooling_is_started(root: Path, tmp_path: Path) -> None:
    completed = subprocess.run(
        [sys.executable, "-s", "-P", "-c", "import tooling, media.model; print(media.__file__)"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.stdout.strip() == str(root / "lambdas" / "media" / "__init__.py"), (
        completed.stderr
    )
