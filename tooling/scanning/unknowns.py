"""Unknown values in a plan: distinguishing attributes that are set from those that are not."""

from __future__ import annotations

import copy
from typing import Any

from tooling.terraform.configuration import configured_attributes, without_indexes


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
    configured = configured_attributes(plan)
    marked = copy.deepcopy(plan)
    for entry in marked.get("resource_changes", []):
        unknown = entry["change"].get("after_unknown")
        if isinstance(unknown, dict):
            names = configured.get(without_indexes(entry["address"]), set())
            entry["change"]["after_unknown"] = {
                name: value for name, value in unknown.items() if name in names
            }
    return marked
