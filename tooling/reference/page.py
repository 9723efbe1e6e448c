"""``docs``: the API's reference as one HTML file that needs nothing but itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from tooling.reference.contents import operations, schemas
from tooling.reference.document import Document

if TYPE_CHECKING:
    from tooling.workspace import Workspace

CODE = r"<code>\1</code>"
TEMPLATE = Path(__file__).with_name("page.html.j2")


def render_reference(workspace: Workspace) -> Path:
    """Render ``docs/openapi.json`` into the results folder, and return where the page is.

    Raises
    ------
    OperatorError
        The document is missing, or is at fault.
    """
    document = Document.read(workspace.root / "docs" / "openapi.json")
    page = workspace.results / "docs" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(render_page(document), encoding="utf-8")
    return page


def render_page(document: Document) -> str:
    """Return the page of a document."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = prose
    return environment.get_template(TEMPLATE.name).render(
        info=document.content["info"],
        operations=operations(document),
        schemas=schemas(document),
    )


def prose(text: str) -> Markup:
    """Return a description as HTML: paragraphs, and what stands in backticks as code."""
    paragraphs = (str(escape(part.strip())) for part in text.split("\n\n") if part.strip())
    marked = (f"<p>{re.sub('`([^`]+)`', CODE, paragraph)}</p>" for paragraph in paragraphs)
    return Markup("".join(marked))  # noqa: S704 - escaped above
