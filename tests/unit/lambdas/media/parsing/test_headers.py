from hypothesis import given
from hypothesis import strategies as st

from media.model.formats import ImageFormat
from media.parsing.stated_size import stated_size
from media.parsing.tolerance import repair
from media.parsing.variants import is_whole_tiff, unsupported_variant


@given(st.binary(max_size=300), st.sampled_from(ImageFormat))
def test_no_bytes_make_looking_at_headers_fail(data: bytes, image_format: ImageFormat) -> None:
    for start in (b"", b"\xff\xd8", b"II*\0\x08\0\0\0", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBPVP8X"):
        stated_size(start + data, image_format)
        unsupported_variant(start + data, image_format)
        repair(start + data, image_format)
        is_whole_tiff(start + data)
