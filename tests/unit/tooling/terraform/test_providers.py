"""Providers come from a mirror where there is one, whatever the operator's own configuration is."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tooling.terraform.providers import find_mirror, preparing, write_cli_configuration

if TYPE_CHECKING:
    from pathlib import Path


def mirror_in(folder: Path) -> Path:
    (folder / "registry.terraform.io" / "hashicorp" / "aws").mkdir(parents=True)
    return folder


def test_the_named_mirror_comes_first(tmp_path: Path) -> None:
    named = mirror_in(tmp_path / "named")
    mirror_in(tmp_path / "home" / ".terraform.d" / "plugins")
    environment = {"HOME": str(tmp_path / "home"), "TF_PLUGIN_MIRROR": str(named)}
    assert find_mirror(environment, tmp_path / "opt") == named


def test_a_named_folder_without_providers_is_passed_over(tmp_path: Path) -> None:
    implied = mirror_in(tmp_path / ".terraform.d" / "plugins")
    environment = {"HOME": str(tmp_path), "TF_PLUGIN_MIRROR": str(tmp_path / "nothing")}
    assert find_mirror(environment, tmp_path / "opt") == implied


def test_terraforms_implied_folders_count(tmp_path: Path) -> None:
    implied = mirror_in(tmp_path / "data" / "terraform" / "plugins")
    environment = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    assert find_mirror(environment, tmp_path / "opt") == implied


def test_some_folder_directly_under_opt_counts(tmp_path: Path) -> None:
    (tmp_path / "opt" / "a").mkdir(parents=True)
    mirror = mirror_in(tmp_path / "opt" / "b")
    assert find_mirror({"HOME": str(tmp_path)}, tmp_path / "opt") == mirror


def test_without_a_mirror_the_registry_is_asked_once(tmp_path: Path) -> None:
    assert find_mirror({"HOME": str(tmp_path)}, tmp_path / "opt") is None
    text = write_cli_configuration(tmp_path / "rc", None).read_text(encoding="utf-8")
    plugins = tmp_path / "terraform-plugins"
    assert text == f'disable_checkpoint = true\nplugin_cache_dir = "{plugins}"\n'
    assert plugins.is_dir()  # Terraform refuses a configuration whose cache is missing


def test_the_mirror_serves_what_it_holds_and_the_registry_the_rest(tmp_path: Path) -> None:
    mirror = mirror_in(tmp_path / 'a "quoted" folder')
    text = write_cli_configuration(tmp_path / "rc", mirror).read_text(encoding="utf-8")
    held = 'include = ["registry.terraform.io/hashicorp/aws"]'
    assert held in text
    assert held.replace("include", "exclude") in text
    assert 'a \\"quoted\\" folder' in text


def test_two_preparations_wait_for_each_other(tmp_path: Path) -> None:
    environment = {"TF_CLI_CONFIG_FILE": str(tmp_path / "terraform.rc")}
    entered = threading.Event()

    def prepare() -> None:
        with preparing(environment):
            entered.set()

    other = threading.Thread(target=prepare)
    with preparing(environment):
        other.start()
        assert not entered.wait(0.2)
    other.join()
    assert entered.is_set()
