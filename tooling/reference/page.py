"""``docs``: the API's reference as one HTML file that needs no server and no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tooling.errors import OperatorError
from tooling.reference.bundle import redoc_bundle

if TYPE_CHECKING:
    from tooling.console import Screen
    from tooling.workspace import Workspace

TEMPLATE = Path(__file__).with_name("page.html.j2")


def render_reference(workspace: Workspace, screen: Screen) -> Path:
    """Render ``docs/openapi.json`` into the results folder, and return where the page is.

    Raises
    ------
    OperatorError
        The document can't be read, or Redoc could not be downloaded.
    """
    document = _read(workspace.root / "docs" / "openapi.json")
    page = workspace.results / "docs" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(render_page(document, redoc_bundle(workspace.cache, screen)), encoding="utf-8")
    return page


def render_page(document: dict[str, Any], bundle: str) -> str:
    """Return the page that shows an OpenAPI document with Redoc.

    Parameters
    ----------
    document : dict
        The OpenAPI document.
    bundle : str
        Redoc's standalone script.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE.parent), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template(TEMPLATE.name).render(
        title=document["info"]["title"],
        bundle=_in_script(bundle.replace("</script", r"<\/script")),
        document=_in_script(json.dumps(document).replace("<", r"\u003c")),
    )


def _in_script(text: str) -> Markup:
    """Keep Jinja from escaping what stands inside a script and can't end it."""
    return Markup(text)  # noqa: S704 - the callers take every end tag out of it


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        _ = document["openapi"], document["info"]["title"], document["paths"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise OperatorError(
            f"{path.name} can't be read as an OpenAPI document.",
            reason=f"{type(error).__name__}: {error}",
            remedy="Bring it back: git checkout docs/openapi.json",
        ) from error
    return dict(document)
