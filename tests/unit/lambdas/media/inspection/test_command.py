import json
from pathlib import Path

import pytest

from media.inspection.__main__ import main
from tests.unit.lambdas.media.inspection.sample_images import quadrants, saved

AVIF_THUMB = '[{"name": "a", "width": 16, "height": 16, "format": "avif"}]'


def test_one_line_a_file_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.jpg"
    good.write_bytes(saved(quadrants(), "PNG"))
    bad.write_bytes(b"<html>")
    missing = tmp_path / "missing.jpg"
    assert main([str(missing), str(tmp_path), str(good), str(bad)]) == 2
    captured = capsys.readouterr()
    assert captured.err.splitlines() == [
        f"{missing}: No such file or directory",
        f"{tmp_path}: this is not a regular file: name image files",
    ]
    first, second = (json.loads(line) for line in captured.out.splitlines())
    assert first.pop("milliseconds") > 0
    assert [r.pop("bytes") > 0 for r in first["renditions"]] == [True] * 3
    size = {"width": 60, "height": 40}
    assert first == {
        "file": str(good),
        "status": "ready",
        "reason": None,
        "message": None,
        "format": "png",
        **size,
        "frames": 1,
        "renditions": [{"name": name, **size} for name in ("thumb", "small", "large")],
    }
    assert "accepted formats" in second["message"]
    assert (second["status"], second["reason"]) == ("rejected", "unsupported_format")
    assert (second["format"], second["width"], second["renditions"]) == (None, None, [])


def test_a_rejected_file_is_a_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty.jpg"
    empty.touch()
    assert main([str(empty)]) == 0
    assert json.loads(capsys.readouterr().out)["reason"] == "empty"


def test_limits_and_renditions_can_be_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = tmp_path / "a.png"
    image.write_bytes(saved(quadrants(), "PNG"))
    assert main([str(image), "--renditions", '[{"name": "tiny", "longest_side": 16}]']) == 0
    assert main([str(image), "--limits", '{"pixels": 100}']) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert [(r["name"], r["width"]) for r in first["renditions"]] == [("tiny", 16)]
    assert second["reason"] == "too_many_pixels"


@pytest.mark.parametrize(
    "option", [["--limits", "{"], ["--limits", "[]"], ["--renditions", "[]"], ["--renditions", "3"]]
)
def test_wrong_options_are_named(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["a.png", *option])
    assert f"argument {option[0]}" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["AVIF", "HEIF"])
def test_a_codec_that_is_not_loaded_at_the_start_is_there_when_needed(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = tmp_path / "a"
    image.write_bytes(saved(quadrants(), name))
    assert main([str(image), "--renditions", AVIF_THUMB]) == 0
    line = json.loads(capsys.readouterr().out)
    assert (line["format"], len(line["renditions"])) == (name.lower(), 1)
