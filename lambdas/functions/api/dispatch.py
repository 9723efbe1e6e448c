"""Dispatches requests to the code that answers them."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.api.caller import read_caller
from functions.api.images import ImageRoutes
from functions.api.listing import ListingRoute
from functions.api.query import read_query
from functions.api.request import Request
from functions.api.response import Response, respond
from functions.api.routes import Route
from functions.api.trashing import TrashRoutes
from functions.api.views import HealthView


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Maps routes to the code that answers them."""

    images: ImageRoutes
    listing: ListingRoute
    trash: TrashRoutes

    def answer(self, route: Route, values: tuple[str, ...], request: Request) -> Response:
        """Answer a request, given its route and the values of its path parameters.

        Raises
        ------
        ProblemError
            If the request cannot be served.
        """
        if not route.needs_token:
            read_query(request)
            return respond(HealthView(status="ok"))
        return self._operations[route.operation](read_caller(request.claims), request, *values)

    @property
    def _operations(self) -> dict[str, Callable[..., Response]]:
        return {
            "announceImage": self.images.announce,
            "listImages": self.listing.list_images,
            "showImage": self.images.show,
            "fetchContent": self.images.content,
            "describeImage": self.images.describe,
            "trashImage": self.trash.discard,
            "restoreImage": self.trash.restore,
        }
