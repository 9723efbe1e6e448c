"""Users are added, and images listed, fetched and thrown away, by the operator's commands."""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tooling.images.api_client import MediaClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Checkout


def lines(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines() if line.startswith("{")]


@pytest.fixture
def user_name(dev: Checkout) -> Iterator[str]:
    name = f"test-{secrets.token_hex(4)}"
    yield name
    if any(user["name"] == name for user in dev.document("user", "dev", "ls")):
        dev.run("user", "dev", "rm", name, "--yes")


def token_of(dev: Checkout, name: str) -> str:
    [token] = [line for line in dev.run("token", "dev", name).splitlines() if line.count(".") == 2]
    return token


def test_a_programs_user_needs_no_password(
    dev: Checkout, outputs: dict[str, Any], user_name: str
) -> None:
    added = dev.document("user", "dev", "add", user_name)
    assert added["password"] is None
    assert (added["service"], added["admin"]) == (True, False)
    assert f"called {user_name} already" in dev.run("user", "dev", "add", user_name, code=1)
    client = MediaClient(outputs["api_url"], lambda: token_of(dev, user_name))
    assert client.request("GET", "/images").document == {"images": [], "next_cursor": None}
    dev.run("user", "dev", "rm", user_name, "--yes")
    assert f"no user called '{user_name}'" in dev.run("token", "dev", user_name, code=1)


def test_a_persons_password_is_shown_once_and_never_changed(
    dev: Checkout, outputs: dict[str, Any], user_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MEDIA_PASSWORD", raising=False)
    added = dev.document("user", "dev", "add", user_name, "--admin", "--person")
    assert (added["service"], added["admin"]) == (False, True)
    assert "the password is missing" in dev.run("token", "dev", user_name, code=1)
    monkeypatch.setenv("MEDIA_PASSWORD", "not that of the person")
    assert "could not sign in" in dev.run("token", "dev", user_name, code=1)
    monkeypatch.setenv("MEDIA_PASSWORD", added["password"])
    client = MediaClient(outputs["api_url"], lambda: token_of(dev, user_name))
    assert client.request("GET", "/images").status == 200
    listed = {user["name"]: user for user in dev.document("user", "dev", "ls")}
    assert listed[user_name]["owner"] == added["owner"]
    assert listed[user_name]["admin"] is True


@pytest.fixture
def image(dev: Checkout, tmp_path: Path) -> dict[str, Any]:
    """An image of the uploader, called ``<random>.png``."""
    path = tmp_path / f"{secrets.token_hex(4)}.png"
    target = io.BytesIO()
    Image.frombytes("RGB", (32, 24), os.urandom(32 * 24 * 3)).save(target, "PNG")
    path.write_bytes(target.getvalue())
    [outcome] = dev.document("upload", "dev", str(path))
    return {"id": outcome["image_id"], "name": path.name, "content": target.getvalue()}


def test_an_image_is_listed_fetched_and_thrown_away(
    dev: Checkout, image: dict[str, Any], tmp_path: Path
) -> None:
    image_id, folder = image["id"], tmp_path / "downloads"
    [listed] = lines(dev.run("ls", "dev", "--limit", "1", "--json"))
    digest = hashlib.sha256(image["content"]).hexdigest()
    assert (listed["image_id"], listed["sha256"]) == (image_id, digest)
    table = dev.run("ls", "dev", "--limit", "1")
    assert [line.split()[-1] for line in table.splitlines() if image_id in line] == [image["name"]]

    for wanted in ("downloaded", "already there"):
        [got] = lines(dev.run("get", "dev", image_id, "-o", str(folder), "--json"))
        assert (got["status"], got["verified"]) == (wanted, True)
    assert (folder / image["name"]).read_bytes() == image["content"]
    [got] = lines(
        dev.run("get", "dev", image_id, "--rendition", "thumb", "-o", str(folder), "--json")
    )
    with Image.open(got["file"]) as thumb:
        assert (thumb.format, thumb.size) == ("WEBP", (32, 24))

    assert "Nothing was moved to the trash" in dev.run("rm", "dev", image_id, code=1)
    printed = dev.run("rm", "dev", image_id, "no-such-image", "--yes", code=1)
    assert f"{image_id}: in the trash; can be restored until 20" in printed
    assert "1 of 2 images failed" in printed
    assert image_id not in dev.run("ls", "dev", "--limit", "1")
    assert "status 404" in dev.run("get", "dev", image_id, "-o", str(folder), code=1)

    assert f"{image_id}: restored" in dev.run("restore", "dev", image_id)
    [listed] = lines(dev.run("ls", "dev", "--limit", "1", "--json"))
    assert listed["image_id"] == image_id


def test_administrators_list_what_others_own(dev: Checkout, image: dict[str, Any]) -> None:
    owners = {user["name"]: user["owner"] for user in dev.document("user", "dev", "ls")}
    for others in (["--all"], ["--owner", owners["tooling-uploader"]]):
        [newest] = lines(dev.run("ls", "dev", *others, "--limit", "1", "--json"))
        assert newest["image_id"] == image["id"]
    refused = dev.run("ls", "dev", "--all", "--user", "tooling-uploader", code=1)
    assert "was refused with status 403, Forbidden" in refused
