"""The same with a real browser, where Chromium is installed."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.emulator.conftest import (
    ALLOWED_ORIGIN,
    BUCKET,
    KEY,
    REGION,
    SECRET_PICTURE,
    function_document,
    zipped,
)
from tooling.smoke.image import draw_picture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.emulator.conftest import Fortress

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((path for name in NAMES if (path := shutil.which(name))), "")
BROWSER_TIMEOUT_SECONDS = 120
pytestmark = pytest.mark.skipif(not BROWSER, reason="Chromium is not installed on this machine")

# Each step ends as what it returned, or as "refused" where the browser gives an error.
PAGE = """<!doctype html><meta charset="utf-8"><pre id="results"></pre><script>
const given = %s;
const steps = {%s};
(async () => {
  const results = {};
  for (const [name, step] of Object.entries(steps)) {
    try { results[name] = await step(); } catch (error) { results[name] = "refused"; }
  }
  document.getElementById("results").textContent = JSON.stringify(results);
  })();
</script>"""
IMAGE = """() => new Promise((resolve, reject) => {
  const image = new Image();
  image.onload = () => resolve(image.naturalWidth > 0);
  image.onerror = reject;
  image.src = given.image;
})"""
ATTACKS = """
  health: async () => (await fetch(given.endpoint + "/health")).status,
  reset: async () => {
    await fetch(given.endpoint + "/_ministack/reset", {method: "POST", mode: "no-cors"});
    return "sent";
  },
  make: async () => {
    await fetch(given.make, {method: "POST", mode: "no-cors", body: given.document});
    return "sent";
  },
  read: async () => (await fetch(given.picture)).text(),
  signIn: async () => (await fetch(given.endpoint, {method: "POST", body: "{}", headers: {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth"}})).status,
  rebound: async () => (await fetch(given.rebound + "/health")).status,
"""
USE = f"""
  read: async () => (await fetch(given.picture)).text(),
  show: {IMAGE},
  upload: async () => {{
    const form = new FormData();
    for (const [name, value] of Object.entries(given.form.fields)) form.append(name, value);
    form.append("file", new Blob(["uploaded"]));
    return (await fetch(given.form.url, {{method: "POST", body: form}})).status;
  }},
  signIn: async () => (await fetch(given.endpoint, {{method: "POST", body: "{{}}", headers: {{
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth"}}}})).status,
  api: async () => (await fetch(given.api, {{headers: {{authorization: "Bearer x"}}}})).status,
"""


class Site:
    """One page on loopback, under whatever name a browser asks for it."""

    def __init__(self) -> None:
        self.port, self.document = 0, ""

    @contextmanager
    def serving(self) -> Iterator[Site]:
        """Serve the page until the block ends."""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.document.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    with Site().serving() as site:
        yield site


def browse(url: str, profile: Path) -> dict[str, Any]:
    """Open a page; return what its steps ended as."""
    completed = subprocess.run(
        [
            *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            *(f"--user-data-dir={profile}", "--virtual-time-budget=20000", "--dump-dom"),
            *("--host-resolver-rules=MAP *.example 127.0.0.1", url),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=BROWSER_TIMEOUT_SECONDS,
    )
    found = re.search(r'<pre id="results">(.+?)</pre>', completed.stdout, re.DOTALL)
    assert found, completed.stdout + completed.stderr
    results: dict[str, Any] = json.loads(html.unescape(found[1]))
    return results


def signed(fortress: Fortress, bucket: str, key: str) -> str:
    client = fortress.client("s3")
    return str(client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}))


@pytest.mark.parametrize("name", ["evil.example", "localhost"])
def test_a_page_of_another_origin_does_and_learns_nothing(
    fortress: Fortress, function: dict[str, str], site: Site, tmp_path: Path, name: str
) -> None:
    root, document = fortress.emulator.credentials, function_document(function["role"])
    # Even a signature of the root's own is not listened to, as a page sends it.
    make = fortress.signed_path(
        "POST /2015-03-31/functions", "lambda", (root.key_id, root.secret), document
    )
    given = {
        "endpoint": fortress.emulator.endpoint,
        "rebound": f"http://evil.example:{fortress.emulator.port}",
        "make": fortress.emulator.endpoint + make,
        "document": document,
        "picture": signed(fortress, BUCKET, KEY),
    }
    site.document = PAGE % (json.dumps(given), ATTACKS)
    # What a page sends without asking is sent; nothing comes of it, as the lines below see.
    assert browse(f"http://{name}:{site.port}/", tmp_path) == {
        "health": "refused",
        "reset": "sent",
        "make": "sent",
        "read": "refused",
        "signIn": "refused",
        "rebound": "refused",
    }
    assert "stolen" not in fortress.functions()
    assert fortress.picture() == SECRET_PICTURE


def test_a_page_of_an_environments_origin_works(
    fortress: Fortress, function: dict[str, str], site: Site, tmp_path: Path
) -> None:
    origin = f"http://app.example:{site.port}"
    s3 = fortress.client("s3")
    s3.create_bucket(Bucket="page", CreateBucketConfiguration={"LocationConstraint": REGION})
    rule = {"AllowedMethods": ["GET", "POST"], "AllowedOrigins": [origin]}
    s3.put_bucket_cors(Bucket="page", CORSConfiguration={"CORSRules": [rule]})
    s3.put_object(Bucket="page", Key="text", Body=b"readable")
    s3.put_object(Bucket="page", Key="image", Body=draw_picture(b"x"), ContentType="image/jpeg")
    given = {
        "endpoint": fortress.emulator.endpoint,
        "picture": signed(fortress, "page", "text"),
        "image": signed(fortress, "page", "image"),
        "form": s3.generate_presigned_post("page", "uploaded"),
        "api": api_for(fortress, function["role"], origin),
    }
    site.document = PAGE % (json.dumps(given), USE)
    fortress.emulator.admit([ALLOWED_ORIGIN, origin])
    try:
        assert browse(f"{origin}/", tmp_path) == {
            "read": "readable",
            "show": True,
            "upload": 204,
            "signIn": 400,  # an answer of Cognito's, to a form that was left empty
            "api": 200,
        }
    finally:
        fortress.emulator.admit([ALLOWED_ORIGIN])


def api_for(fortress: Fortress, role: str, origin: str) -> str:
    """Return the URL of a route that answers pages of an origin."""
    made = fortress.client("lambda").create_function(
        FunctionName="greeter",
        Role=role,
        Runtime="python3.11",
        Handler="reader.handler",
        Code={"ZipFile": zipped("def handler(event, context): return {'statusCode': 200}")},
    )
    gateway = fortress.client("apigatewayv2")
    allowed = {"AllowOrigins": [origin], "AllowMethods": ["*"], "AllowHeaders": ["authorization"]}
    api = gateway.create_api(Name="page", ProtocolType="HTTP", CorsConfiguration=allowed)["ApiId"]
    integration = gateway.create_integration(
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationUri=made["FunctionArn"],
        PayloadFormatVersion="2.0",
    )["IntegrationId"]
    gateway.create_route(ApiId=api, RouteKey="GET /hello", Target=f"integrations/{integration}")
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    return f"{fortress.emulator.endpoint}/_aws/execute-api/{api}/hello"
