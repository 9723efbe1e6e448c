import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.model.limits import RENDITION_SIDE_MAX, RENDITION_SIDE_MIN
from media.rendering.geometry import place
from media.rendering.specs import RenditionSpec

sides = st.integers(1, 16_383)
box_sides = st.integers(RENDITION_SIDE_MIN, RENDITION_SIDE_MAX)


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
def test_images_are_scaled_down_only(
    size: tuple[int, int], side: int, expected: tuple[int, int]
) -> None:
    placement = place(size, RenditionSpec("a", side))
    assert placement.scaled == placement.size == expected


@pytest.mark.parametrize(
    ("size", "box", "scaled", "cut"),
    [
        ((400, 200), (100, 100), (200, 100), (50, 0, 150, 100)),
        ((200, 400), (100, 50), (100, 200), (0, 75, 100, 125)),
        ((400, 200), (200, 100), (200, 100), (0, 0, 200, 100)),
        ((40, 20), (100, 100), (40, 20), (10, 0, 30, 20)),
        ((150, 20), (100, 100), (150, 20), (65, 0, 85, 20)),
    ],
)
def test_a_box_is_filled_from_the_middle(
    size: tuple[int, int],
    box: tuple[int, int],
    scaled: tuple[int, int],
    cut: tuple[int, int, int, int],
) -> None:
    placement = place(size, RenditionSpec("a", width=box[0], height=box[1]))
    assert (placement.scaled, placement.box) == (scaled, cut)


@given(sides, sides, box_sides, box_sides)
def test_a_cut_always_lies_within_the_scaled_image(w: int, h: int, bw: int, bh: int) -> None:
    placement = place((w, h), RenditionSpec("a", width=bw, height=bh))
    left, top, right, bottom = placement.box
    assert 0 <= left < right <= placement.scaled[0] <= w
    assert 0 <= top < bottom <= placement.scaled[1] <= h
