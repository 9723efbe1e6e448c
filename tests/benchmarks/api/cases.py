"""The requests whose cost is measured, one or more for each route."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """One request, repeated.

    Parameters
    ----------
    name : str
        What it is called in the results.
    route : str
        The route of the gateway that serves it; a deployment without it is not asked.
    query : str
        Query string.
    body : str or None
        JSON.
    headers : tuple of pairs
        Besides the usual ones.
    fresh_images : bool
        Whether each repetition needs an image that no other has touched.
    """

    name: str
    route: str
    query: str = ""
    body: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    fresh_images: bool = False


LARGE_PAGE = Case("GET /images, a page of 100", "GET /images", "limit=100")
# Of a size that the smallest list fills as well.
PAGE = Case("GET /images, an owner of 10", "GET /images", "limit=10")
CROWDED_PAGE = Case("GET /images, the owner of all others", "GET /images", "limit=10")
ALL_PAGE = Case("GET /images?all=true", "GET /images", "limit=10&all=true")
CASES = (
    Case("GET /health", "GET /health"),
    Case("POST /images", "POST /images", body='{"content_type": "image/jpeg", "bytes": 1000}'),
    Case("GET /images, a page of 20", "GET /images", "limit=20"),
    LARGE_PAGE,
    Case("GET /images/{id}", "GET /images/{id}"),
    Case("GET /images/{id}/content", "GET /images/{id}/content", "rendition=thumb"),
    Case(
        "PATCH /images/{id}",
        "PATCH /images/{id}",
        body='{"title": "Another title"}',
        headers=(("if-match", "*"),),
    ),
    Case("DELETE /images/{id}", "DELETE /images/{id}", fresh_images=True),
    Case("POST /images/{id}/restore", "POST /images/{id}/restore", fresh_images=True),
)
