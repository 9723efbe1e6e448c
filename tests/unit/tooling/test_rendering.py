"""Rendered variables: complete, literal, and without the emulator where there is an account."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import boto3
import pytest

from tooling.aws.target import Target
from tooling.environments import Environment
from tooling.errors import OperatorError
from tooling.releases.release import UNKNOWN_RELEASE
from tooling.releases.variables import render_variables
from tooling.terraform.backend import backend_configuration, write_backend_configuration

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = "111122223333"
ENDPOINT = "http://127.0.0.1:4566"
SWITCHES = ("require_tls", "s3_request_metrics", "tracing", "code_signing")


def on_account(environment: Environment) -> Environment:
    aws = environment.aws.model_copy(update={"account_id": ACCOUNT})
    return environment.model_copy(update={"aws": aws})


def test_every_variable_of_the_root_module_is_rendered(root: Path, dev: Environment) -> None:
    declared = set(
        re.findall(
            r'^variable "(\w+)"',
            (root / "terraform" / "variables.tf").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    rendered = render_variables(root / "environments", dev, ENDPOINT, UNKNOWN_RELEASE)
    assert set(rendered) == declared


def test_on_an_account_nothing_of_the_emulator_is_left(root: Path, dev: Environment) -> None:
    rendered = render_variables(root / "environments", on_account(dev), None, UNKNOWN_RELEASE)
    assert rendered["account_id"] == ACCOUNT
    assert rendered["emulator_endpoint"] == ""
    assert all(rendered[switch] is True for switch in SWITCHES)
    assert "127.0.0.1" not in json.dumps(rendered)


def test_embedded_switches_off_what_the_emulator_cannot_do(root: Path, dev: Environment) -> None:
    rendered = render_variables(root / "environments", dev, ENDPOINT, UNKNOWN_RELEASE)
    assert rendered["emulator_endpoint"] == ENDPOINT
    assert all(rendered[switch] is False for switch in SWITCHES)


def test_values_stay_literal_whatever_they_hold(root: Path, dev: Environment) -> None:
    nasty = "a\"b${var.x}%{if}\\n<>&'"
    alarms = dev.alarms.model_copy(update={"emails": [nasty]})
    environment = dev.model_copy(update={"alarms": alarms})
    rendered = render_variables(root / "environments", environment, None, UNKNOWN_RELEASE)
    assert rendered["alarms"]["emails"] == [nasty]


def test_a_rendition_is_rendered_with_what_is_set_and_no_more(root: Path, dev: Environment) -> None:
    set_ = [{"name": "card", "width": 400, "height": 300}, {"name": "large", "longest_side": 1600}]
    environment = Environment.model_validate(
        {**dev.model_dump(exclude_none=True), "promotes_from": None, "renditions": set_}
    )
    rendered = render_variables(root / "environments", environment, None, UNKNOWN_RELEASE)
    assert rendered["renditions"] == set_


@pytest.mark.parametrize("template", ['{"a": {{ nowhere | tojson }}}', '{"a": ', "{{ unclosed"])
def test_a_wrong_template_is_told_without_a_traceback(
    tmp_path: Path, dev: Environment, template: str
) -> None:
    (tmp_path / "tfvars.json.j2").write_text(template, encoding="utf-8")
    with pytest.raises(OperatorError, match=r"tfvars\.json\.j2"):
        render_variables(tmp_path, dev, None, UNKNOWN_RELEASE)


def test_the_backend_of_an_account_locks_and_has_no_endpoint(dev: Environment) -> None:
    target = Target(on_account(dev), None, boto3.Session(region_name="eu-central-1"))
    settings = backend_configuration(target, "media.tfstate")
    assert settings == {
        "bucket": f"media-dev-state-{ACCOUNT}",
        "key": "media.tfstate",
        "region": "eu-central-1",
        "use_lockfile": True,
        "allowed_account_ids": [ACCOUNT],
    }


def test_backend_settings_are_written_as_hcl(tmp_path: Path) -> None:
    settings = {"bucket": "a${b}", "encrypt": True, "endpoints": {"s3": ENDPOINT}, "ids": ["1"]}
    text = write_backend_configuration(tmp_path / "backend.hcl", settings).read_text()
    assert text == (
        f'bucket = "a$${{b}}"\nencrypt = true\nendpoints = {{ s3 = "{ENDPOINT}" }}\nids = ["1"]\n'
    )
