"""The folder through which decoder processes share compiled bytecode.

A function cannot write to its own folder, so each decoder process would compile all sources again,
which takes most of its start. A process can write here only before it sees a file.
"""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path


@cache
def bytecode_folder() -> str | None:
    """Make a private folder for this process.

    Returns
    -------
    str or None
        None where bytecode is cached already, or no folder can be made.
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
