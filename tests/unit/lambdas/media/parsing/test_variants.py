import pytest

from media.model.images import RejectionReason
from tests.unit.lambdas.media.parsing.headers import outcome, tiff, with_jpeg_frame


@pytest.mark.parametrize(
    "data",
    [
        with_jpeg_frame(0xC1, bits=12),
        with_jpeg_frame(0xC3),
        with_jpeg_frame(0xC5),
        tiff({254: 1, 256: 160, 257: 120, 330: 200}),
        tiff({256: 160, 257: 120, 50_706: b"\1\4\0\0\0"}),
        tiff({256: 160, 257: 120, 262: 32_803}),
        tiff({256: 160, 257: 120}, head=b"CR\2\0" + bytes(4)),
        tiff({256: 160, 257: 120, 258: 8, 259: 50_001, 262: 1, 273: 8, 277: 1, 279: 9}),
        tiff({256: 16, 257: 12, 258: 7, 259: 1, 262: 1, 273: 8, 277: 1, 279: 9}),
    ],
)
def test_what_is_well_made_but_never_shown_is_unsupported(data: bytes) -> None:
    assert outcome(data) is RejectionReason.UNSUPPORTED_FORMAT
