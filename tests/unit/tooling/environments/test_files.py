"""Environment files: the shipped ones load, and every wrong field is reported with its fix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pytest
import yaml

from media.model.limits import (
    RENDITION_SIDE_MAX,
    RENDITION_SIDE_MIN,
)
from media.rendering.specs import RenditionFormat, RenditionSpec, read_specs
from tooling.environments import EnvironmentFiles, Rendition
from tooling.environments.memory import BASE_MIB, BYTES_PER_PIXEL
from tooling.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path


def fault(folder: Path, document: dict[str, Any]) -> str:
    (folder / "broken.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    with pytest.raises(OperatorError) as caught:
        EnvironmentFiles(folder).load("broken")
    assert "environments/broken.yaml" in caught.value.what
    assert caught.value.remedy
    return caught.value.reason


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_load_and_are_embedded(root: Path, name: str) -> None:
    environment = EnvironmentFiles(root / "environments").load(name)
    assert environment.name == name
    assert environment.embedded
    assert environment.account_id == "000000000000"


def test_the_shipped_environments_form_a_line_of_promotion(root: Path) -> None:
    files = EnvironmentFiles(root / "environments")
    assert [files.load(name).promotes_from for name in ("dev", "staging", "prod")] == [
        None,
        "dev",
        "staging",
    ]


def test_an_unknown_environment_is_answered_with_those_that_exist(folder: Path) -> None:
    with pytest.raises(OperatorError) as caught:
        EnvironmentFiles(folder).load("production")
    assert "'production'" in caught.value.what
    assert "dev" in caught.value.reason
    assert "environments/production.yaml" in caught.value.remedy


@pytest.mark.parametrize("name", ["../dev", "dev/../dev", "", "."])
def test_a_name_cannot_lead_out_of_the_folder(folder: Path, name: str) -> None:
    with pytest.raises(OperatorError, match="no environment called"):
        EnvironmentFiles(folder).load(name)


def test_an_unknown_field_is_named(folder: Path, document: dict[str, Any]) -> None:
    document["processor"]["memory"] = 512
    assert "processor.memory: unknown field" in fault(folder, document)


def test_a_missing_field_is_named(folder: Path, document: dict[str, Any]) -> None:
    del document["retention"]["log_days"]
    assert "retention.log_days: missing" in fault(folder, document)


def test_a_wrong_type_is_not_converted_but_named(folder: Path, document: dict[str, Any]) -> None:
    document["processor"]["memory_mb"] = "1769"
    assert "processor.memory_mb: input should be a valid integer" in fault(folder, document)


@pytest.mark.parametrize("value", ["12345678901", "1234567890123", "12345678901a", " "])
def test_an_account_id_that_is_not_twelve_digits_is_refused(
    folder: Path, document: dict[str, Any], value: str
) -> None:
    document["aws"]["account_id"] = value
    assert "aws.account_id" in fault(folder, document)
    assert "twelve digits in quotes" in fault(folder, document)


def test_an_account_id_without_quotes_is_refused_before_yaml_eats_its_zeros(
    folder: Path, document: dict[str, Any]
) -> None:
    document["aws"]["account_id"] = 123456789012
    assert "twelve digits in quotes" in fault(folder, document)


def test_every_fault_of_a_file_is_told_at_once(folder: Path, document: dict[str, Any]) -> None:
    document["colour"] = "red"
    document["limits"]["pixels"] = 3
    del document["project"]
    message = fault(folder, document)
    assert all(part in message for part in ("colour", "limits.pixels", "project"))


def test_a_list_entry_is_named_by_its_place(folder: Path, document: dict[str, Any]) -> None:
    document["renditions"][1]["longest_side"] = 4
    assert "renditions[1].longest_side" in fault(folder, document)


def test_a_rendition_may_be_a_box_in_another_format(folder: Path, document: dict[str, Any]) -> None:
    box = {"name": "card", "width": 400, "height": 300, "format": "avif", "quality": 55}
    document["renditions"] = [box, {"name": "large", "longest_side": 1600}]
    (folder / "boxed.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    card, large = EnvironmentFiles(folder).load("boxed").renditions
    assert card.model_dump(exclude_none=True) == box
    assert (large.format, large.quality) == ("webp", 80)


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({"longest_side": 600}, (400, 600)),
        ({"longest_side": 5000}, (1200, 1800)),
        ({"width": 400, "height": 300}, (400, 300)),
        ({"width": 2400, "height": 1800}, (1200, 900)),
    ],
)
def test_a_rendition_tells_its_size_and_enlarges_nothing(
    fields: dict[str, int], size: tuple[int, int]
) -> None:
    assert Rendition.model_validate({"name": "card", **fields}).size_of(1200, 1800) == size


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "renditions[0]: 'card' needs either longest_side, or both width and height"),
        ({"width": 400}, "renditions[0]: 'card' needs either"),
        ({"height": 400}, "renditions[0]: 'card' needs either"),
        ({"longest_side": 400, "height": 400}, "renditions[0]: 'card' needs either"),
        ({"longest_side": 400, "width": 4, "height": 400}, "renditions[0].width"),
        ({"longest_side": 400, "format": "png"}, "renditions[0].format: input should be 'webp'"),
        ({"longest_side": 400, "quality": 0}, "renditions[0].quality"),
        ({"longest_side": 400, "quality": 101}, "renditions[0].quality"),
        ({"longest_side": 400, "name": "a/b"}, "renditions[0].name"),
        ({"longest_side": 400, "effort": 6}, "renditions[0].effort: unknown field"),
    ],
)
def test_a_wrong_rendition_is_told_by_its_field(
    folder: Path, document: dict[str, Any], fields: dict[str, Any], message: str
) -> None:
    document["renditions"] = [{"name": "card", **fields}]
    assert message in fault(folder, document)


def test_two_renditions_cannot_share_a_name(folder: Path, document: dict[str, Any]) -> None:
    document["renditions"][1]["name"] = document["renditions"][0]["name"]
    assert "share a name" in fault(folder, document)


def test_log_retention_is_one_that_cloudwatch_knows(folder: Path, document: dict[str, Any]) -> None:
    document["retention"]["log_days"] = 31
    assert "one of 1, 3, 5" in fault(folder, document)


def test_originals_outlast_the_trash(folder: Path, document: dict[str, Any]) -> None:
    document["retention"] |= {"trash_days": 30, "noncurrent_days": 7}
    assert "no less than trash_days" in fault(folder, document)


def test_the_name_comes_from_the_file_alone(folder: Path, document: dict[str, Any]) -> None:
    document["name"] = "prod"
    assert "file's own name" in fault(folder, document)


def test_an_environment_with_a_capital_is_refused(folder: Path, document: dict[str, Any]) -> None:
    (folder / "Dev.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    with pytest.raises(OperatorError) as caught:
        EnvironmentFiles(folder).load("Dev")
    assert "name: 'Dev' does not match" in caught.value.reason


@pytest.mark.parametrize(
    ("section", "field", "value"),
    [
        (None, "project", "Media"),
        (None, "month_shards", 0),
        (None, "month_shards", 101),
        (None, "renditions", []),
        (None, "cors_origins", ["*"]),
        ("aws", "region", "frankfurt"),
        ("limits", "upload_bytes", 5 * 1024**3 + 1),
        ("limits", "frames", 0),
        ("processor", "memory_mb", 10241),
        ("processor", "timeout_seconds", 901),
        ("processor", "concurrency_max", 1),
        ("processor", "batch_size", 11),
        ("processor", "max_receive_count", 1),
        ("api", "timeout_seconds", 30),
        ("api", "url_expiry_seconds", 59),
        ("api", "url_expiry_seconds", 86400),
        ("retention", "trash_days", 0),
        ("retention", "infrequent_access_days", 29),
        ("retention", "purges_per_run_max", 0),
        ("alarms", "emails", ["oncall"]),
        ("alarms", "function_errors", 0),
    ],
)
def test_a_value_out_of_bounds_is_told_by_its_field(
    folder: Path, document: dict[str, Any], section: str | None, field: str, value: object
) -> None:
    (document[section] if section else document)[field] = value
    name = f"{section}.{field}" if section else field
    assert name in fault(folder, document)


@pytest.mark.parametrize("text", ["aws: [", "", "- a list", "just words"])
def test_a_file_that_is_no_mapping_is_told_as_such(folder: Path, text: str) -> None:
    (folder / "broken.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(OperatorError) as caught:
        EnvironmentFiles(folder).load("broken")
    assert "environments/broken.yaml" in caught.value.what


def test_each_message_of_a_batch_needs_time(folder: Path, document: dict[str, Any]) -> None:
    document["processor"] |= {"timeout_seconds": 60, "batch_size": 7}
    assert "timeout_seconds must be 210 or more" in fault(folder, document)


@pytest.mark.parametrize(
    ("section", "fields", "message"),
    [
        ("processor", {"concurrency_reserved": 9}, "concurrency_reserved must be 10 or more"),
        ("processor", {"max_receive_count": 5}, "max_receive_count must be 6 to 240"),
        ("processor", {"max_receive_count": 17, "timeout_seconds": 900}, "must be 2 to 16"),
        ("api", {"concurrency_reserved": 9}, "concurrency_reserved must be 10 or more"),
    ],
)
def test_what_a_burst_or_an_outage_would_break_is_refused(
    folder: Path, document: dict[str, Any], section: str, fields: dict[str, int], message: str
) -> None:
    document["processor"]["concurrency_max"] = 10
    document["api"]["throttle_rate_per_second"] = 50
    document[section] |= fields
    assert message in fault(folder, document)


def test_pixels_that_the_memory_cannot_hold_are_refused_with_what_to_write(
    folder: Path, document: dict[str, Any]
) -> None:
    document["processor"]["memory_mb"] = 1769
    message = fault(folder, document)
    assert "limits.pixels: 80000000 pixels don't fit into processor.memory_mb" in message
    assert "write 2246 or more there, or 59000000 or less here" in message


@pytest.mark.parametrize(("pixels", "memory"), [(80_000_000, 2246), (59_000_000, 1769)])
def test_what_the_message_says_to_write_is_accepted(
    folder: Path, document: dict[str, Any], pixels: int, memory: int
) -> None:
    document["limits"]["pixels"], document["processor"]["memory_mb"] = pixels, memory
    (folder / "corrected.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    assert EnvironmentFiles(folder).load("corrected").limits.pixels == pixels


def test_a_large_rendition_needs_memory_too(folder: Path, document: dict[str, Any]) -> None:
    document["renditions"] = [{"name": "huge", "width": 8000, "height": 8000}]
    assert "processor.memory_mb: write 3652 or more there" in fault(folder, document)


@pytest.mark.parametrize(
    "guards",
    [{"soak_minutes": 10}, {"approval": True}, {"canary": {"percent": 10, "minutes": 5}}],
)
def test_only_an_environment_that_is_promoted_to_is_guarded(
    folder: Path, document: dict[str, Any], guards: dict[str, Any]
) -> None:
    assert "promotes_from" in fault(folder, document | guards)
    (folder / "broken.yaml").write_text(
        yaml.safe_dump(document | guards | {"promotes_from": "test"})
    )
    EnvironmentFiles(folder).load("broken")


@pytest.mark.parametrize("canary", [{"percent": 0, "minutes": 5}, {"percent": 10, "minutes": 0}])
def test_a_canary_of_nothing_is_refused(
    folder: Path, document: dict[str, Any], canary: dict[str, int]
) -> None:
    assert "canary." in fault(folder, document | {"promotes_from": "test", "canary": canary})


def test_an_environment_is_not_promoted_from_itself(folder: Path, document: dict[str, Any]) -> None:
    assert "from itself" in fault(folder, document | {"promotes_from": "broken"})


def test_terraform_reckons_with_the_same_figures(root: Path) -> None:
    text = (root / "terraform" / "locals.tf").read_text(encoding="utf-8")
    assert f"processor_base_mib = {BASE_MIB}\n" in text
    assert f"processor_bytes_per_pixel = {BYTES_PER_PIXEL}\n" in text


def test_terraform_takes_renditions_of_the_same_sides(root: Path) -> None:
    text = (root / "terraform" / "variables.tf").read_text(encoding="utf-8")
    least, most = RENDITION_SIDE_MIN, RENDITION_SIDE_MAX
    assert f"side >= {least} && side <= {most} && floor(side) == side" in text
    assert f"must be whole numbers from {least} to {most} pixels" in text


def test_a_file_may_ask_for_every_format_that_is_made() -> None:
    assert get_args(Rendition.model_fields["format"].annotation) == tuple(RenditionFormat)


@pytest.mark.parametrize("side", [RENDITION_SIDE_MIN, RENDITION_SIDE_MAX])
def test_what_a_file_may_ask_of_a_rendition_the_processor_makes(side: int) -> None:
    asked = Rendition(name="thumb", longest_side=side)
    assert read_specs([asked.model_dump()]) == (RenditionSpec("thumb", side),)


@pytest.mark.parametrize("side", [RENDITION_SIDE_MIN - 1, RENDITION_SIDE_MAX + 1])
def test_what_a_file_may_not_ask_of_a_rendition_the_processor_refuses(side: int) -> None:
    with pytest.raises(ValueError, match="longest_side"):
        Rendition(name="thumb", longest_side=side)
    with pytest.raises(ValueError, match="longest_side"):
        RenditionSpec("thumb", side)
