"""The root module's variables, rendered for one release in one environment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jinja2 import Environment as Templates
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from tooling.environments.names import artifact_bucket
from tooling.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.environments import Environment
    from tooling.releases.release import Release

TEMPLATE = "tfvars.json.j2"


def render_variables(
    folder: Path,
    environment: Environment,
    endpoint: str | None,
    release: Release,
    canary: dict[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the root module's variables, rendered from the template in `folder`.

    Parameters
    ----------
    canary : dict or None
        In a canary, by function, the current version and the share it keeps.

    Raises
    ------
    OperatorError
        The template names something that does not exist, or does not make valid JSON.
    """
    templates = Templates(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=select_autoescape()
    )
    try:
        text = templates.get_template(TEMPLATE).render(
            environment=environment,
            endpoint=endpoint,
            artifact_bucket=artifact_bucket(environment),
            release=release,
            canary=canary or {},
        )
        variables: dict[str, Any] = json.loads(text)
    except (TemplateError, TypeError, ValueError) as error:
        raise OperatorError(
            f"environments/{TEMPLATE} could not be rendered for {environment.name}.",
            reason=str(error),
            remedy="Correct the template; every value in it goes through the tojson filter.",
        ) from error
    return variables
