"""HTTP for the tooling: one pool, through the operator's proxy where one is set."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

CONNECTIONS = 16


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
