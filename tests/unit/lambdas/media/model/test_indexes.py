import re
from pathlib import Path

import pytest

from media.model.indexes import (
    INDEX_ATTRIBUTES,
    Index,
    index_position,
    is_index_partition,
    is_index_position,
)

TABLE = Path(__file__).resolve().parents[5] / "terraform" / "modules" / "table" / "main.tf"


def test_terraform_makes_these_indexes_over_these_attributes() -> None:
    text = TABLE.read_text(encoding="utf-8")
    indexes = re.findall(r"global_secondary_index \{(.*?)\n  \}", text, re.DOTALL)
    names = [name for each in indexes for name in re.findall(r'\bname += "(\w+)"', each)]
    keys = {key for each in indexes for key in re.findall(r'_key += "(\w+)"', each)}
    assert sorted(names) == sorted(Index)
    assert keys - {"owner"} == set(INDEX_ATTRIBUTES)


@pytest.mark.parametrize("partition", [None, "", "trash", "trash#", "trash#2", "2026-11#0", "#0"])
def test_what_is_no_part_of_the_trash(partition: str | None) -> None:
    assert not is_index_partition(partition, "trash", 2)


@pytest.mark.parametrize("partition", ["trash#0", "trash#1"])
def test_the_parts_of_the_trash(partition: str) -> None:
    assert is_index_partition(partition, "trash", 2)


AT, IMAGE = "2026-11-23T06:00:27.000Z", "0b8a5f6e-1111-4111-9111-00000000000b"


@pytest.mark.parametrize(
    ("timestamp", "image_id", "is_one"),
    [
        (AT, IMAGE, True),
        (AT, IMAGE.upper(), False),
        (AT, "", False),
        ("2026-11-23T06:00:27Z", IMAGE, False),
        ("2026-11-23T06:00:27.000+00:00", IMAGE, False),
        ("٢٠٢٦-11-23T06:00:27.000Z", IMAGE, False),
        ("", IMAGE, False),
    ],
)
def test_a_position_is_a_stored_timestamp_and_an_image(
    timestamp: str, image_id: str, *, is_one: bool
) -> None:
    assert is_index_position(index_position(timestamp, image_id)) is is_one
