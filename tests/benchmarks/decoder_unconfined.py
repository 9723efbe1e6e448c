"""The decoder's process without its confinement, to be measured beside the confined one."""

from __future__ import annotations

import sys

from media.inspection import worker

if __name__ == "__main__":
    worker.confine = lambda *_: frozenset()  # type: ignore[attr-defined]  # for this process
    worker.main(int(sys.argv[1]))
