"""The attributes that the sources set, from a plan's document."""

from __future__ import annotations

import re
from typing import Any

INDEX = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')


def configured_attributes(plan: dict[str, Any]) -> dict[str, set[str]]:
    """Return the names of the attributes that each resource's block sets, by address.

    Parameters
    ----------
    plan : dict
        What ``terraform show -json`` makes of a plan.
    """
    return _configured(plan.get("configuration", {}).get("root_module", {}), "")


def without_indexes(address: str) -> str:
    """Return the address of the block that a resource comes from."""
    return INDEX.sub("", address)


def _configured(module: dict[str, Any], path: str) -> dict[str, set[str]]:
    found = {
        f"{path}{resource['address']}": set(resource.get("expressions", {}))
        for resource in module.get("resources", [])
    }
    for name, call in module.get("module_calls", {}).items():
        found |= _configured(call.get("module", {}), f"{path}module.{name}.")
    return found
