"""Admission of requests to the embedded AWS, before signatures are checked.

A browser sends what any page asks it to, from the developer's own machine and past every firewall.
So a request must name this machine as its host, which a page behind a rebound name can't make it
do, and must not come from a page of an origin that no environment names.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

HEALTH_PATHS = frozenset({"/_ministack/health", "/health"})
# Below this path lies the HTTP API, whose own authorizers ask who is calling.
API_PREFIX = "/_aws/execute-api/"
BUCKET_CONTROL_PREFIX = "/v20180820/"
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
READING = frozenset({"GET", "HEAD"})
# Of these a second one would let two readers of the same request each see another.
SENT_ONCE = ("host", "origin", "authorization", "sec-fetch-site")
# What a browser says of a request that no page of another origin made.
OWN_DOING = frozenset({"none", "same-origin"})


@dataclass(frozen=True)
class Request:
    """A request as it arrived, without its body.

    Parameters
    ----------
    method : str
        Such as ``GET``.
    path : str
        Decoded, as ministack compares it.
    query : str
        Not decoded.
    headers : sequence of pairs
        Names in lower case.
    """

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str | None:
        """Return the value of a header, None where it was not sent."""
        return next((value for sent, value in self.headers if sent == name), None)

    @property
    def is_signed(self) -> bool:
        """Whether it claims an AWS signature; whether that is right, ministack finds out."""
        return (self.header("authorization") or "").startswith("AWS4-") or self.has_signed_url

    @property
    def has_signed_url(self) -> bool:
        """Whether the signature it claims stands in its query."""
        return "x-amz-signature" in {name.lower() for name, _ in parse_qsl(self.query)}


def why_refused(request: Request, origins: Collection[str]) -> str | None:
    """Return why a request is refused; None if it may pass.

    Parameters
    ----------
    request : Request
        What arrived.
    origins : collection of str
        Those whose pages may call: the `cors_origins` of the environments that live here.
    """
    rules: Iterable[Callable[[], str | None]] = (
        lambda: _repeated(request),
        lambda: _foreign_host(request),
        lambda: _closed_route(request),
        lambda: _unsigned_header(request),
        lambda: _foreign_page(request, origins),
    )
    return next((reason for rule in rules if (reason := rule())), None)


def _repeated(request: Request) -> str | None:
    counts = Counter(name for name, _ in request.headers)
    repeated = [name for name in SENT_ONCE if counts[name] > 1]
    return f"The header {repeated[0]} was sent more than once." if repeated else None


def _foreign_host(request: Request) -> str | None:
    """Refuse a name that somebody else's DNS may have pointed at this machine.

    The port is not compared: behind a tunnel or a proxy of the developer's it is another one.
    """
    host = (request.header("host") or "").lower()
    name, colon, port = host.rpartition(":")
    if not (colon and port.isdigit()):
        name = host
    # A bucket may stand in front of the name; it is asked for with a signature.
    if name in LOOPBACK_NAMES or (name.endswith(".localhost") and request.is_signed):
        return None
    return f"The embedded AWS answers on 127.0.0.1 and localhost alone, not as {host!r}."


def _closed_route(request: Request) -> str | None:
    """Refuse what ministack does for whoever asks: its own controls, and what nothing here uses."""
    path = request.path
    if path in HEALTH_PATHS and request.method in READING:
        return None
    if path.startswith("/_") and not path.startswith(API_PREFIX):
        return f"{path} is closed; to empty the embedded AWS: nox -s emulator -- reset"
    if _is_container_registry(path):
        return f"{path} is closed: it belongs to the container registry, which nothing here uses."
    if path.startswith(BUCKET_CONTROL_PREFIX) and request.has_signed_url:
        return "A signature in the query is not checked on this path: sign the header."
    return None


def _unsigned_header(request: Request) -> str | None:
    """Refuse what somebody has added to a pre-signed URL, as S3 does.

    Whoever was given one to upload with would else have it copy an object of somebody else's.
    """
    if not request.has_signed_url:
        return None
    signed = {
        header.lower()
        for name, value in parse_qsl(request.query)
        if name.lower() == "x-amz-signedheaders"
        for header in value.split(";")
    }
    added = (name for name, _ in request.headers if name.startswith("x-amz-"))
    unsigned = next((name for name in added if name not in signed), None)
    return unsigned and f"The header {unsigned} is not signed, and the signature is in the query."


def _is_container_registry(path: str) -> bool:
    """Return whether it is a registry's path, where ministack asks nobody who is calling."""
    if not path.startswith("/v2/"):
        return path == "/v2"
    inside = "/blobs/" in path or "/manifests/" in path
    return inside or path in {"/v2/", "/v2/_catalog"} or path.endswith("/tags/list")


def _foreign_page(request: Request, origins: Collection[str]) -> str | None:
    """Refuse what a page of another origin sends.

    Its images, links and typed addresses come without an origin. They may read what a pre-signed
    URL gives, as on AWS: the page can't make one, and can't see what it gets.
    """
    origin = request.header("origin")
    if origin is not None:
        if origin in origins:
            return None
        return f"No environment on the embedded AWS has {origin!r} in its cors_origins."
    site = request.header("sec-fetch-site")
    if site is None or site in OWN_DOING:
        return None
    if request.method in READING and request.has_signed_url:
        return None
    return "A page of another origin sent this, and did not say which."
