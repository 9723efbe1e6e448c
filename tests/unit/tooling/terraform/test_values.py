"""Whoever approves a plan sees what each value becomes, and no secret."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tooling.terraform.values import (
    ALWAYS_SENSITIVE,
    LONGEST,
    NOTHING,
    SENSITIVE,
    UNKNOWN,
    differences,
    settings,
    shown,
)


def lines(before: Any, after: Any, **more: Any) -> list[str]:
    return [str(found) for found in differences({"before": before, "after": after, **more})]


def test_a_good_and_an_evil_origin_do_not_look_the_same() -> None:
    def cors(origin: str) -> dict[str, Any]:
        return {"cors_configuration": [{"allow_origins": [origin], "max_age": 300}]}

    before = cors("https://old.example")
    shown = [lines(before, cors(new)) for new in ("https://good.example", "https://evil.example")]
    assert shown == [
        [f'cors_configuration[0].allow_origins: ["https://old.example"] -> ["{new}"]']
        for new in ("https://good.example", "https://evil.example")
    ]


def test_no_origin_hides_behind_many_others() -> None:
    good = [f"https://number-{number}.example.com" for number in range(8)]
    (found,) = differences({"before": {"origins": good}, "after": {"origins": [*good, "x"]}})
    assert (found.path, found.after) == ("origins[8]", '"x"')
    document = {"variables": {"cors_origins": {"value": [*good, "x"]}}}
    assert ("cors_origins[8]", '"x"') in settings(document)


def test_texts_that_hold_json_are_told_value_by_value() -> None:
    before, after = (
        {"policy": json.dumps({"Statement": [{"Principal": who, "Effect": "Allow"}]})}
        for who in ("me", "*")
    )
    assert lines(before, after) == ['policy.Statement[0].Principal: "me" -> "*"']


def test_what_is_made_and_what_goes_is_told_as_well() -> None:
    assert lines(None, {"name": "a", "tags": None}) == [f'name: {NOTHING} -> "a"']
    assert lines({"name": "a"}, None) == [f'name: "a" -> {NOTHING}']
    assert lines({"rule": [{"id": 1}]}, {"rule": [{"id": 1}, {"id": 2}]}) == [
        f"rule[1].id: {NOTHING} -> 2"
    ]
    assert lines({"a": {"b": 1}}, {"a": 5}) == ['a: {"b": 1} -> 5']


def test_what_is_not_known_yet_is_told_so() -> None:
    unknown = {"after_unknown": {"arn": True, "rule": [{"id": True}], "name": False}}
    assert lines({"arn": "a", "name": "n"}, {"name": "n", "rule": [{}]}, **unknown) == [
        f'arn: "a" -> {UNKNOWN}',
        f"rule[0].id: {NOTHING} -> {UNKNOWN}",
    ]


@pytest.mark.parametrize(
    "marks",
    [
        {"before_sensitive": {"variables": {"KEY": True}}, "after_sensitive": {"variables": {}}},
        {"before_sensitive": {}, "after_sensitive": {"variables": {"KEY": True}}},
        {"before_sensitive": {"variables": True}, "after_sensitive": {}},
        {"before_sensitive": True, "after_sensitive": False},
    ],
)
def test_a_secret_is_only_told_to_change(marks: dict[str, Any]) -> None:
    secret = ({"variables": {"KEY": "old secret"}}, {"variables": {"KEY": "new secret"}})
    [shown] = lines(*secret, **marks)
    assert shown.endswith(f"{SENSITIVE} -> {SENSITIVE}")
    assert lines(secret[0], secret[0], **marks) == []


def test_the_key_of_cursors_is_a_secret_whatever_the_plan_says() -> None:
    assert ALWAYS_SENSITIVE.search("environment[0].variables.MEDIA_CURSOR_KEY")
    changed = ({"MEDIA_CURSOR_KEY": "a"}, {"MEDIA_CURSOR_KEY": "b"})
    assert lines(*changed) == [f"MEDIA_CURSOR_KEY: {SENSITIVE} -> {SENSITIVE}"]


def test_what_is_long_is_told_by_its_beginning_and_its_digest() -> None:
    texts = ["x" * LONGEST + end for end in ("good", "evil")]
    one, other = (shown(text) for text in texts)
    assert one != other
    assert len(one) < LONGEST
    assert one.startswith('"xxx')


def test_a_terminal_is_told_text_and_nothing_else() -> None:
    assert shown("\x1b[2Jé") == '"\\u001b[2J\\u00e9"'


def test_settings_are_the_variables_of_the_plan() -> None:
    document = {
        "variables": {
            "cors_origins": {"value": ["https://evil.example"]},
            "limits": {"value": {"frames": 9, "bytes": 1}},
            "token": {"value": "secret"},
        },
        "configuration": {"root_module": {"variables": {"token": {"sensitive": True}}}},
    }
    assert settings(document) == [
        ("cors_origins", '["https://evil.example"]'),
        ("limits.bytes", "1"),
        ("limits.frames", "9"),
        ("token", SENSITIVE),
    ]
