import re
from pathlib import Path

import pytest

from media.model.indexes import INDEX_ATTRIBUTES, Index, is_index_partition

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
