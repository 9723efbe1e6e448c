from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tooling.environments import Environment, EnvironmentFiles

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def dev() -> Environment:
    return EnvironmentFiles(ROOT / "environments").load("dev")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An environments folder with the shipped dev in it."""
    folder = tmp_path / "environments"
    folder.mkdir()
    shipped = (ROOT / "environments" / "dev.yaml").read_text(encoding="utf-8")
    (folder / "dev.yaml").write_text(shipped, encoding="utf-8")
    return folder


@pytest.fixture
def document(folder: Path) -> dict[str, object]:
    content = yaml.safe_load((folder / "dev.yaml").read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content
