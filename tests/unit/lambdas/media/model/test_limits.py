import pytest

from media.model.limits import Limits


def test_what_is_left_out_keeps_its_default() -> None:
    limits = Limits.from_mapping({"pixels": 40_000_000})
    assert limits == Limits(upload_bytes=50 * 1024 * 1024, pixels=40_000_000, frames=1000)


@pytest.mark.parametrize("value", [0, -1, 1.5, "3", True, None])
def test_a_limit_is_a_whole_number_from_one(value: object) -> None:
    with pytest.raises(ValueError, match=r"limits\.frames must be a whole number"):
        Limits.from_mapping({"frames": value})


def test_an_unknown_limit_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"unknown limit 'megapixels'.*frames, pixels, upload"):
        Limits.from_mapping({"megapixels": 3})
