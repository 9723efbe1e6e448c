"""SSIM on images whose similarity is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageFilter

from tests.benchmarks.images.similarity import Reference, luma, ssim
from tests.benchmarks.images.workloads import draw_stand_in

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return draw_stand_in((120, 90), "RGB")


def test_a_picture_is_equal_to_itself(picture: Image.Image) -> None:
    assert ssim(luma(picture), luma(picture)) == pytest.approx(1)


def test_of_two_flat_pictures_only_the_means_count() -> None:
    # With no variance the measure is (2ab + c) / (a² + b² + c), c = (0.01 x 255)².
    dark, light = np.full((20, 20), 100.0), np.full((20, 20), 150.0)
    c = 2.55**2
    expected = (2 * 100 * 150 + c) / (100**2 + 150**2 + c)
    assert ssim(dark, light) == pytest.approx(expected)


def test_the_negative_of_a_picture_is_its_opposite() -> None:
    stripes = np.tile([0.0, 255.0], (30, 15))
    assert ssim(stripes, 255 - stripes) < -0.9


def test_the_more_is_lost_the_less_is_similar(picture: Image.Image) -> None:
    blurred = [picture.filter(ImageFilter.GaussianBlur(radius)) for radius in (0.5, 1, 3)]
    similar = [ssim(luma(picture), luma(each)) for each in blurred]
    assert sorted(similar, reverse=True) == similar
    assert 0 < similar[-1] < similar[0] < 1


def test_luma_is_weighed_and_laid_over_white() -> None:
    assert luma(Image.new("RGB", (1, 1), (255, 0, 0)))[0, 0] == pytest.approx(76.245)
    assert luma(Image.new("RGBA", (1, 1), (0, 0, 0, 0)))[0, 0] == pytest.approx(255)


def test_the_direct_filter_is_its_own_reference(picture: Image.Image, tmp_path: Path) -> None:
    full, small = tmp_path / "full.png", tmp_path / "small.png"
    picture.save(full)
    picture.resize((60, 45), Image.Resampling.LANCZOS).save(small)
    assert Reference(full).similarity(small) == pytest.approx(1)
    picture.resize((60, 45), Image.Resampling.NEAREST).save(small)
    assert Reference(full).similarity(small) < 0.99
