"""The operator's proxy counts for the world and not for this machine."""

from __future__ import annotations

import pytest
import urllib3

from tooling.http import pool_for


@pytest.fixture(autouse=True)
def proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")


def test_the_world_is_reached_through_the_proxy() -> None:
    assert isinstance(pool_for("https://releases.example/x"), urllib3.ProxyManager)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4566/x", "http://localhost:4566", "https://inside.example/x"]
)
def test_this_machine_and_exceptions_are_not(url: str) -> None:
    assert not isinstance(pool_for(url), urllib3.ProxyManager)
