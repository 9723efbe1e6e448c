import pytest

from media.model.formats import FILE_EXTENSIONS, ImageFormat, format_of_content_type


@pytest.mark.parametrize("image_format", ImageFormat)
def test_a_format_is_known_by_its_content_type_and_its_extension(image_format: ImageFormat) -> None:
    assert format_of_content_type(image_format.content_type) is image_format
    assert image_format.extension in FILE_EXTENSIONS


@pytest.mark.parametrize(
    ("content_type", "image_format"),
    [("image/heic", ImageFormat.HEIF), ("text/html", None), ("", None), (None, None)],
)
def test_other_content_types(content_type: str | None, image_format: ImageFormat | None) -> None:
    assert format_of_content_type(content_type) is image_format
