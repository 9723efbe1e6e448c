"""Each file of the corpus leads to the result in its manifest."""

import json
from pathlib import Path

import pytest

from media.inspection import RenditionSpec, inspect_image
from media.inspection.__main__ import main
from media.model.limits import Limits

TRACES = (b"EXIF", b"Exif", b"XMP ", b"xmpmeta", b"ICCP", b"Photoshop", b"8BIM")
# Its GPS directory holds a version number and nothing else.
WITHOUT_COORDINATES = {"canon_hdr_YES.jpg"}


def test_every_file_ends_as_its_manifest_says(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = json.loads((corpus / "manifest.json").read_text())
    assert main([str(corpus / entry["file"]) for entry in manifest]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = ("status", "reason", "format", "width", "height", "frames")
    for entry, line in zip(manifest, lines, strict=True):
        expected = {name: entry.get(name) for name in names}
        if entry["status"] == "rejected":
            expected = {name: entry[name] for name in ("status", "reason")}
        assert {name: line[name] for name in expected} == expected, entry["file"]


def test_renditions_are_clean_and_locations_are_found(corpus: Path) -> None:
    for entry in json.loads((corpus / "manifest.json").read_text()):
        if entry["status"] != "ready":
            continue
        data = (corpus / entry["file"]).read_bytes()
        image = inspect_image(data, Limits(), (RenditionSpec("thumb", 64),))
        has_location = entry["has_gps"] and entry["file"] not in WITHOUT_COORDINATES
        assert (image.gps is not None) == has_location, entry["file"]
        for rendition in image.renditions:
            assert not [trace for trace in TRACES if trace in rendition.data], entry["file"]
