import os
import re
from dataclasses import replace

import pytest

from media.rendering.encode import encode, encode_all
from media.rendering.specs import (
    DEFAULT_RENDITIONS,
    RenditionFormat,
    RenditionSpec,
    read_specs,
    rendition_digest,
)
from tests.unit.lambdas.media.inspection.sample_images import quadrants

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
        ([], "specify at least one"),
        ([{"longest_side": 1}], "has no name"),
        ([{"name": "a"}], "give either longest_side, or width and height"),
        ([{"name": "a", "width": 1}], "give either longest_side, or width and height"),
        ([{"name": "a", "longest_side": 1, "width": 1, "height": 1}], "give either longest_side"),
        ([{"name": "a", "width": 16, "height": 8193}], "height must be 16 to 8192"),
        (
            [{"name": "a", "longest_side": 16, "format": "gif"}],
            "format must be webp or jpeg or avif",
        ),
        ([{"name": "a", "longest_side": 1, "side": 2}], "unknown rendition field 'side'"),
        ([{"name": "A/../b", "longest_side": 1}], "use lower-case letters"),
        ([{"name": "a", "longest_side": 15}], "longest_side must be 16 to 8192"),
        ([{"name": "a", "longest_side": "256"}], "longest_side must be 16 to 8192"),
        ([{"name": "a", "longest_side": 16, "quality": 101}], "quality must be 1 to 100"),
        ([{"name": "a", "longest_side": 16}] * 2, "two renditions have the same name"),
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
        rendition_digest(replace(SPEC, format=RenditionFormat.JPEG), "a" * 64),
        rendition_digest(RenditionSpec("thumb", width=256, height=256), "a" * 64),
    ]
    assert len(set(variants)) == len(variants)
    assert all(re.fullmatch(r"[0-9a-f]{32}", digest) for digest in variants)
    assert rendition_digest(SPEC, "a" * 64) == variants[0]


def test_a_spec_of_several_formats_and_shapes_is_read() -> None:
    read = read_specs(
        [
            {"name": "square", "longest_side": None, "width": 64, "height": 48, "format": "jpeg"},
            {"name": "small", "longest_side": 640, "format": "avif", "quality": 60},
        ]
    )
    assert read == (
        RenditionSpec("square", width=64, height=48, format=RenditionFormat.JPEG),
        RenditionSpec("small", 640, format=RenditionFormat.AVIF, quality=60),
    )


@pytest.mark.parametrize("processors", [1, 2, 8])
def test_the_number_of_processors_changes_no_byte(
    processors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    specs = (SPEC, RenditionSpec("b", 60), RenditionSpec("c", 60, format=RenditionFormat.AVIF))
    images = [quadrants()] * 3
    expected = tuple(encode(quadrants(), spec) for spec in specs)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processors)))
    assert encode_all(images, specs) == expected
