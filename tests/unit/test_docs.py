"""The README and the docs name only what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_origin

import pytest

from tooling.commands.table import COMMANDS
from tooling.environments import Environment, Section

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
LISTED = subprocess.run(
    [sys.executable, "-m", "nox", "--list"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
)
SESSIONS = set(re.findall(r"^[*-] ([\w-]+)", LISTED.stdout, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_session_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(r"nox -s ([\w-]+)", page.read_text(encoding="utf-8")))
    assert named <= SESSIONS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in link:
            assert (page.parent / link).exists(), link


def test_the_readme_names_every_session() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {name for name in SESSIONS if f"nox -s {name}" not in text} == set()


def test_every_command_has_a_session_of_its_name() -> None:
    assert {command.name for command in COMMANDS} <= SESSIONS


def fields(model: type[Section], prefix: str = "") -> set[str]:
    names = set()
    for name, field in model.model_fields.items():
        kinds = get_args(field.annotation) or (field.annotation,)
        sections = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Section)]
        listed = get_origin(field.annotation) is list
        if sections and not listed:
            names |= fields(sections[0], f"{prefix}{name}.")
        else:
            names.add(f"{prefix}{name}")
    return names


def test_configure_explains_every_field_of_an_environment_file() -> None:
    text = (ROOT / "docs" / "configure.md").read_text(encoding="utf-8")
    explained = set()
    for row in re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE):
        first, *others = re.findall(r"`([^`]+)`", row)
        section = first.rpartition(".")[0]
        explained |= {first, *(f"{section}.{name}" for name in others)}
    assert fields(Environment) - {"name"} <= explained
