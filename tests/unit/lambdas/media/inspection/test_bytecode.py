"""The decoders of a function share compiled bytecode in a private folder."""

import os
import subprocess
import sys
from pathlib import Path

CODE = """
from pathlib import Path
from media.inspection import DEFAULT_RENDITIONS, Inspector
from media.inspection.bytecode import bytecode_folder
from media.model.limits import Limits
with Inspector(Limits(), DEFAULT_RENDITIONS) as inspector:
    inspector.await_readiness()
folder = bytecode_folder()
print(folder)
if folder:
    print(oct(Path(folder).stat().st_mode & 0o777), len([*Path(folder).rglob("pipeline.*.pyc")]))
"""


def run(**variables: str) -> list[str]:
    completed = subprocess.run(
        [sys.executable, "-c", CODE],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return completed.stdout.splitlines()


def test_where_none_is_kept_there_is_a_private_folder_for_it_that_goes_with_the_function() -> None:
    # Nothing can be written below it, as below a function's own folder.
    folder, printed = run(PYTHONPYCACHEPREFIX="/dev/null/none")
    assert printed == "0o700 1"
    assert not Path(folder).exists()


def test_where_it_is_kept_nothing_is_made(tmp_path: Path) -> None:
    written = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    assert run(**written) == ["None"]
