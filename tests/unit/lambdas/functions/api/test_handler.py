import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from functions.api.routes import ROUTES
from tests.unit.lambdas.functions.api.client import IMAGE, OWNER, READY, Api

ROOT = Path(__file__).resolve().parents[5]


def test_health_is_open_and_says_nothing_else(api: Api) -> None:
    status, body, headers = api("GET /health", sub=None)
    assert (status, body) == (200, {"status": "ok"})
    assert headers["x-request-id"] == "JKJaXmPLvHcESHA="


@pytest.mark.parametrize("sub", [None, "nobody", OWNER.upper()])
def test_without_an_identity_there_is_no_answer(api: Api, sub: str | None) -> None:
    api.holding(READY)
    status, problem, _ = api("GET /images", sub=sub)
    assert (status, problem["type"]) == (401, "urn:media:problem:no-identity")


@pytest.mark.parametrize(
    "path", ["/nothing", "/", "/images/", f"/images/{IMAGE}/x", "/images//content"]
)
def test_an_unknown_path_is_a_problem_too(api: Api, path: str) -> None:
    status, problem, headers = api(f"GET {path}")
    assert (status, problem["type"]) == (404, "urn:media:problem:route-not-found")
    assert headers["x-request-id"]


@pytest.mark.parametrize(
    ("route", "allowed"),
    [
        ("PUT /images", "GET, POST"),
        ("HEAD /images", "GET, POST"),
        (f"POST /images/{IMAGE}", "DELETE, GET, PATCH"),
        (f"GET /images/{IMAGE}/restore", "POST"),
        ("DELETE /health", "GET"),
    ],
)
def test_an_unsupported_method_is_refused_with_the_supported_ones(
    api: Api, route: str, allowed: str
) -> None:
    status, problem, headers = api(route)
    assert (status, problem["type"]) == (405, "urn:media:problem:method-not-allowed")
    assert headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/images", f"/images/{IMAGE}", "/no"])
def test_a_preflight_needs_no_identity_and_gets_no_answer_of_ours(api: Api, path: str) -> None:
    assert api(f"OPTIONS {path}", sub=None)[:2] == (204, {})


@pytest.mark.parametrize("route", ["GET /health", "GET /images", f"GET /images/{IMAGE}", "GET /no"])
def test_every_answer_is_safe_to_show_in_a_browser(api: Api, route: str) -> None:
    api.holding(READY)
    _, _, headers = api(route)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["referrer-policy"] == "no-referrer"
    assert "Authorization" in headers["vary"]


def test_the_gateway_has_the_routes_of_the_table_and_no_other() -> None:
    text = (ROOT / "terraform" / "routes.tf").read_text(encoding="utf-8")
    listed = re.search(r"routes = \[(.*?)\]", text, re.DOTALL)
    assert listed
    assert set(re.findall(r'"([^"]+)"', listed[1])) == {r.key for r in ROUTES if r.needs_token}
    assert [route.key for route in ROUTES if not route.needs_token] == ["GET /health"]


def test_our_own_fault_says_nothing_of_its_cause(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.holding(READY)
    log = io.StringIO()
    api.logging_to(log)

    def fail(image_id: str) -> None:
        message = f"the table is away, {len(image_id)}"
        raise ConnectionError(message)

    monkeypatch.setattr(api.table, "get", fail)
    status, problem, _ = api(f"GET /images/{IMAGE}")
    assert (status, problem["type"]) == (500, "urn:media:problem:internal")
    assert "away" not in json.dumps(problem)
    assert "the table is away" in log.getvalue()


def test_logs_count_requests_and_tell_no_secrets(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.holding(READY)
    log = io.StringIO()
    api.logging_to(log)
    api(f"GET /images/{IMAGE}", token="s3cr3t")  # noqa: S106 - a query parameter to look for
    api(f"GET /images/{IMAGE}/content")
    counted = capsys.readouterr().out
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["message"] for line in lines] == ["request answered"] * 2
    assert [line["route"] for line in lines] == ["GET /images/{id}", "GET /images/{id}/content"]
    for secret in ("secret.token", "someone@", "X-Amz-Signature", "43.467", "s3cr3t"):
        assert secret not in counted + log.getvalue()
    metrics = [json.loads(line) for line in counted.splitlines()]
    assert [(m["Requests"], m["status"]) for m in metrics] == [([1.0], "422"), ([1.0], "307")]


@pytest.mark.parametrize(
    ("name", "value"), [("MEDIA_CURSOR_KEY", "x"), ("MEDIA_FIRST_MONTH", "2026-13")]
)
@pytest.mark.usefixtures("environment")
def test_wrong_settings_stop_the_function_at_its_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    code = "import functions.api.handler"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "lambdas", capture_output=True, check=False
    )
    assert done.returncode == 1
    assert name.encode() in done.stderr


@pytest.mark.usefixtures("environment")
def test_the_api_starts_without_a_decoder() -> None:
    code = "import sys, functions.api.handler; print('PIL' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "lambdas", capture_output=True, check=True
    )
    assert done.stdout.strip() == b"False"
