"""The README and the docs name only what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_origin

import pytest

from tooling.commands.table import COMMANDS, Command
from tooling.environments import Environment, Section

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
# What somebody needs who tries the system for the first time.
COMMON = {
    *("deploy", "plan", "promote", "rollback", "destroy", "status", "history", "outputs"),
    *("upload", "ls", "get", "rm", "restore", "user", "token", "inspect"),
    *("audit", "redrive", "emulator", "test", "lint"),
}
README_COMMANDS_MAX = 20
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


def text_of(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    """Cut one section, up to the next heading of its rank, out of a page."""
    return page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def anchors(page: Path) -> set[str]:
    """Name the headings of a page as GitHub's links do."""
    text = re.sub(
        r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or target.suffix != ".md" or anchor in anchors(target), link


def test_the_readme_names_the_common_commands_and_few_others() -> None:
    table = section(text_of("README.md"), "Commands")
    assert {name for name in COMMON if f"nox -s {name}" not in table} == set()
    assert len(re.findall(r"^\| .*nox -s", table, re.MULTILINE)) < README_COMMANDS_MAX


def test_the_page_of_commands_names_every_session() -> None:
    page = text_of("docs", "commands.md")
    named = set(re.findall(r"^\| `nox -s ([\w-]+)", page, re.MULTILINE))
    assert named == SESSIONS


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_page_of_commands_says_what_each_takes(command: Command) -> None:
    page = text_of("docs", "commands.md").replace("\\|", "|")
    usage = f"`nox -s {command.name}" + (f" -- {command.takes}`" if command.takes else "")
    assert f"| {usage}" in page


@pytest.mark.parametrize("parent", ["tooling", "lambdas/media", "lambdas/functions"])
def test_the_tree_has_a_line_for_every_folder(parent: str) -> None:
    tree = section(text_of("docs", "architecture.md"), "The tree")
    listed = set(re.findall(rf"^\| `{parent}/(\w+)/` \|", tree, re.MULTILINE))
    assert listed == {each.parent.name for each in (ROOT / parent).glob("*/__init__.py")}


def test_every_terraform_module_stands_in_the_tree() -> None:
    tree = section(text_of("docs", "architecture.md"), "The tree")
    modules = {each.parent.name for each in (ROOT / "terraform" / "modules").glob("*/main.tf")}
    assert {name for name in modules if f"`{name}`" not in tree} == set()


def test_the_places_where_changes_belong_exist() -> None:
    table = section(text_of("CONTRIBUTING.md"), "Where a change belongs")
    places = re.findall(r"`((?:\w+/)+[\w.]*)`", table)
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []


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
    text = text_of("docs", "configure.md")
    explained = set()
    for row in re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE):
        first, *others = re.findall(r"`([^`]+)`", row)
        section = first.rpartition(".")[0]
        explained |= {first, *(f"{section}.{name}" for name in others)}
    assert fields(Environment) - {"name"} <= explained
