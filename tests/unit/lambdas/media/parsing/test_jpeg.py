from media.model.formats import ImageFormat
from media.model.images import RejectionReason
from tests.unit.lambdas.media.inspection.sample_images import quadrants, saved
from tests.unit.lambdas.media.parsing.headers import outcome


def test_a_image_in_hundreds_of_passes_is_refused() -> None:
    data = saved(quadrants(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    assert outcome(data) == (ImageFormat.JPEG, 60, 40)
    assert outcome(data[:last] + data[last:-2] * 300) is RejectionReason.CORRUPT


def test_what_a_phone_appends_to_a_image_counts_for_nothing() -> None:
    for progressive in (False, True):
        image = saved(quadrants(), "JPEG", progressive=progressive)
        film = b"\0\0\0\x18ftypmp42" + b"\xff\xda\0\0" * 1000
        assert outcome(image + film) == (ImageFormat.JPEG, 60, 40)
