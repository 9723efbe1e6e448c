"""Where processes that decode find what an earlier one has compiled.

A function's own folder can't be written to, so each of them would compile all sources anew, which
is most of its start. They write before they see a file, and can't afterwards.
"""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path


@cache
def bytecode_folder() -> str | None:
    """Make a folder that is this process's own.

    Returns
    -------
    str or None
        None where bytecode is kept already, or no folder can be made.
    """
    kept = __spec__.cached
    if kept is not None and Path(kept).exists():
        return None
    try:
        folder = tempfile.mkdtemp(prefix="media-bytecode-")
    except OSError:
        return None
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
