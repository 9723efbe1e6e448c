"""HTTP for the tooling: one connection pool, which uses the operator's proxy."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from tooling.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECTIONS = 16
REQUEST_TIMEOUT = urllib3.Timeout(connect=10.0, read=60.0)
# urllib3 retries a POST only if no byte of it was sent.
RETRIES = urllib3.Retry(
    total=4, backoff_factor=0.3, status_forcelist=(429, 502, 503, 504), raise_on_status=False
)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer.

    Parameters
    ----------
    status : int
        HTTP status code.
    headers : dict of str to str
        By lower-case name.
    body : bytes
        The content.
    """

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The content as text."""
        return self.body.decode("utf-8", errors="replace")

    @property
    def document(self) -> Any:  # noqa: ANN401 - whatever JSON can hold
        """The content as JSON; None if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def send(method: str, url: str, **options: Any) -> Answer:  # noqa: ANN401 - urllib3's own
    """Send one request to a URL that the API gave out, and return the answer.

    Raises
    ------
    OperatorError
        There is no connection.
    """
    with connected(url):
        answer = pool_for(url).request(
            method, url, timeout=REQUEST_TIMEOUT, retries=RETRIES, redirect=False, **options
        )
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(answer.status, headers, answer.data)


@contextmanager
def connected(url: str) -> Iterator[None]:
    """Raise an error with a remedy if a connection fails or breaks off.

    Raises
    ------
    OperatorError
        The message omits the URL's query, which holds the signature.
    """
    try:
        yield
    except urllib3.exceptions.HTTPError as error:
        raise OperatorError(
            f"There is no connection to {url.split('?', maxsplit=1)[0]}.",
            reason=str(error.__cause__ or error).split("?")[0],
            remedy="Check that the environment is deployed and, if it is embedded, that it runs: "
            "nox -s emulator -- status",
        ) from error


def pool_for(url: str) -> urllib3.PoolManager:
    """Return the pool to reach `url` with.

    ``HTTP_PROXY``, ``HTTPS_PROXY`` and ``NO_PROXY`` count as they do for pip; this machine itself
    is never asked for through a proxy.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in ("localhost", "127.0.0.1") or proxy_bypass(host):
        return _pool(None)
    return _pool(getproxies().get(parts.scheme))


@cache
def _pool(proxy: str | None) -> urllib3.PoolManager:
    if proxy is None:
        return urllib3.PoolManager(maxsize=CONNECTIONS)
    return urllib3.ProxyManager(proxy, maxsize=CONNECTIONS)
