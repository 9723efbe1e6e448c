"""How a function of ministack is replaced wherever it is used."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def replace_everywhere(old: Callable[..., object], new: Callable[..., object]) -> None:
    """Replace a function also in the modules that have imported it by name.

    Those that ministack imports later, when they are first asked for, find the new one.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith("ministack."):
            for attribute, value in list(vars(module).items()):
                if value is old:
                    setattr(module, attribute, new)
