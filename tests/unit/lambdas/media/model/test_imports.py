import subprocess
import sys
from pathlib import Path

import pytest

LAMBDAS = Path(__file__).resolve().parents[5] / "lambdas"
MODULES = sorted(path.stem for path in (LAMBDAS / "media" / "model").glob("*.py"))
# The folder is put on the path behind the standard library, so that it alone can be found.
SCRIPT = "import sys; sys.path.append(sys.argv[1]); __import__(sys.argv[2])"


@pytest.mark.parametrize("module", MODULES)
def test_the_model_needs_nothing_but_the_standard_library(module: str) -> None:
    name = "media.model" if module == "__init__" else f"media.model.{module}"
    # -S and -I: no installed package, no folder of the caller's.
    completed = subprocess.run(
        [sys.executable, "-S", "-I", "-B", "-c", SCRIPT, str(LAMBDAS), name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
