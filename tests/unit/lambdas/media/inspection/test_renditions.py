import re
from dataclasses import replace

import pytest

from media.inspection.renditions import (
    DEFAULT_RENDITIONS,
    RenditionSpec,
    fit_within,
    read_specs,
    rendition_digest,
)

SPEC = RenditionSpec("thumb", 256)


def test_configuration_gives_the_defaults() -> None:
    configured = [
        {"name": "thumb", "longest_side": 256},
        {"name": "small", "longest_side": 640},
        {"name": "large", "longest_side": 1600},
    ]
    assert read_specs(configured) == DEFAULT_RENDITIONS


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "name at least one"),
        ([{"name": "a"}], "lacks 'longest_side'"),
        ([{"name": "a", "longest_side": 1, "side": 2}], "unknown rendition field 'side'"),
        ([{"name": "A/../b", "longest_side": 1}], "use lower case letters"),
        ([{"name": "a", "longest_side": 0}], "longest_side must be 1 to 16383"),
        ([{"name": "a", "longest_side": "256"}], "longest_side must be 1 to 16383"),
        ([{"name": "a", "longest_side": 1, "quality": 101}], "quality must be 1 to 100"),
        ([{"name": "a", "longest_side": 1}] * 2, "two renditions have the same name"),
    ],
)
def test_wrong_configuration_is_named(values: list[dict[str, object]], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        read_specs(values)


def test_the_digest_covers_all_that_decides_the_bytes() -> None:
    variants = [
        rendition_digest(SPEC, "a" * 64),
        rendition_digest(SPEC, "b" * 64),
        rendition_digest(replace(SPEC, longest_side=257), "a" * 64),
        rendition_digest(replace(SPEC, quality=81), "a" * 64),
        rendition_digest(replace(SPEC, effort=3), "a" * 64),
    ]
    assert len(set(variants)) == len(variants)
    assert all(re.fullmatch(r"[0-9a-f]{32}", digest) for digest in variants)
    assert rendition_digest(SPEC, "a" * 64) == variants[0]


@pytest.mark.parametrize(
    ("size", "side", "expected"),
    [
        ((4000, 3000), 1600, (1600, 1200)),
        ((3000, 4000), 1600, (1200, 1600)),
        ((100, 50), 256, (100, 50)),
        ((4000, 1), 256, (256, 1)),
        ((3001, 1999), 256, (256, 171)),
    ],
)
def test_pictures_are_scaled_down_only(
    size: tuple[int, int], side: int, expected: tuple[int, int]
) -> None:
    assert fit_within(size, side) == expected
