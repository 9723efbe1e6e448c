import io
import struct

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from media.parsing.frame_count import count_gif_frames, count_png_frames, count_tiff_pages
from tests.unit.lambdas.media.inspection.sample_images import quadrants, saved

PNG = b"\x89PNG\r\n\x1a\n"
HEADS = (b"GIF89a", b"II*\x00", b"MM\x00*", b"II+\x00", PNG)


def test_gif_frames_are_counted_up_to_the_bound() -> None:
    frames = [Image.new("L", (8, 8), shade) for shade in range(12)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], comment="hello")
    assert count_gif_frames(data, 100) == 12
    assert count_gif_frames(data, 5) == 5
    assert count_gif_frames(data[:-40], 100) <= 12


def test_png_frames_are_those_that_are_there_and_stated() -> None:
    frames = [Image.new("L", (8, 8), shade) for shade in range(6)]
    data = saved(frames[0], "PNG", save_all=True, append_images=frames[1:])
    assert count_png_frames(data, 100) == 6
    assert count_png_frames(data, 3) == 3
    stated = data.index(b"acTL") + 4
    for count, expected in ((0, 1), (4, 4), (2**31, 6)):
        changed = data[:stated] + struct.pack(">I", count) + data[stated + 4 :]
        assert count_png_frames(changed, 100) == expected
    chunk = data[stated - 8 : stated + 12]
    assert count_png_frames(data[: stated - 8] + chunk + data[stated - 8 :], 100) == 1
    fallback = {"save_all": True, "append_images": frames[1:], "default_image": True}
    assert count_png_frames(saved(frames[0], "PNG", **fallback), 100) == 5
    assert count_png_frames(saved(frames[0], "PNG"), 100) == 1


def test_tiff_pages_are_counted_and_a_loop_ends() -> None:
    data = saved(quadrants(), "TIFF", save_all=True, append_images=[quadrants()] * 3)
    big = saved(quadrants(), "TIFF", save_all=True, append_images=[quadrants()] * 3, big_tiff=True)
    assert count_tiff_pages(data, 100) == count_tiff_pages(big, 100) == 4
    assert count_tiff_pages(data, 2) == 2
    loop = b"II*\x00" + struct.pack("<IHI", 8, 0, 8)
    assert count_tiff_pages(loop, 10**9) == 1


@given(st.binary(max_size=400), st.sampled_from(HEADS))
def test_no_bytes_make_counting_fail_or_run_on(tail: bytes, head: bytes) -> None:
    assert 1 <= count_gif_frames(head + tail, 50) <= 50
    assert 1 <= count_tiff_pages(head + tail, 50) <= 50
    assert 1 <= count_png_frames(head + tail, 50) <= 50


def test_counting_agrees_with_pillow_on_real_files() -> None:
    data = saved(quadrants(), "GIF", save_all=True, append_images=[Image.new("RGB", (60, 40))])
    with Image.open(io.BytesIO(data)) as image:
        assert count_gif_frames(data, 100) == getattr(image, "n_frames", 0) == 2
