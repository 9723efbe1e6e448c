"""What a plan does not know yet, told apart: set to something unknown, or not set at all."""

from __future__ import annotations

import copy
import re
from typing import Any

INDEX = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')


def without_unset(plan: dict[str, Any]) -> dict[str, Any]:
    """Return the plan with only those unknown attributes that the sources set.

    A key's ARN that is known after the apply is set; an attribute that AWS fills in because the
    sources leave it out is unknown as well, and a scanner that took it for set would see
    encryption where nobody asked for any.

    Parameters
    ----------
    plan : dict
        What ``terraform show -json`` makes of a plan; it is left as it is.
    """
    configured = _configured(plan.get("configuration", {}).get("root_module", {}), "")
    told = copy.deepcopy(plan)
    for entry in told.get("resource_changes", []):
        unknown = entry["change"].get("after_unknown")
        if isinstance(unknown, dict):
            names = configured.get(INDEX.sub("", entry["address"]), set())
            entry["change"]["after_unknown"] = {
                name: value for name, value in unknown.items() if name in names
            }
    return told


def _configured(module: dict[str, Any], path: str) -> dict[str, set[str]]:
    """Return the names of the attributes that each resource's block sets, by address."""
    found = {
        f"{path}{resource['address']}": set(resource.get("expressions", {}))
        for resource in module.get("resources", [])
    }
    for name, call in module.get("module_calls", {}).items():
        found |= _configured(call.get("module", {}), f"{path}module.{name}.")
    return found
