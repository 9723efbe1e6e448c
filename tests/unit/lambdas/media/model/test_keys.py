import unicodedata
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.model.keys import (
    ForeignKeyError,
    UploadIdentity,
    announced_image,
    identify_upload,
    image_of_rendition,
    is_canonical_uuid,
    owner_of_original,
    rendition_key,
    upload_key,
)

OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
key_text = st.text(st.characters(codec="utf-8"), min_size=1).filter(
    lambda text: len(text.encode()) <= 1024 - len("uploads/")
)


def test_an_announced_upload_names_owner_and_image() -> None:
    key = f"uploads/{OWNER}/{IMAGE}"
    assert identify_upload("b", key) == UploadIdentity(key, IMAGE, OWNER, announced=True)
    assert upload_key(OWNER, IMAGE) == key


@pytest.mark.parametrize(
    ("rest", "owner"),
    [
        (f"{OWNER}/holiday/cat.jpg", OWNER),
        (f"{OWNER}/cat.jpg", OWNER),
        (f"{OWNER.upper()}/{IMAGE}", None),
        (f"{OWNER}", None),
        (f"{OWNER}-x/{IMAGE}", None),
        ("camera/0001.jpg", None),
        ("cat.jpg", None),
    ],
)
def test_a_direct_drop_belongs_to_the_owner_its_first_folder_names(
    rest: str, owner: str | None
) -> None:
    identity = identify_upload("b", f"uploads/{rest}")
    assert identity.owner == owner
    assert UUID(identity.image_id).version == 5


@given(key_text)
def test_every_key_gives_one_image_and_comes_back_unchanged(rest: str) -> None:
    key = f"uploads/{rest}"
    identity = identify_upload("bucket", key)
    assert identity == identify_upload("bucket", key)
    assert identity.key == key
    assert is_canonical_uuid(identity.image_id)
    assert identify_upload("other", key).image_id != identity.image_id


def test_two_spellings_are_two_images() -> None:
    spellings = [
        "a b.jpg",
        "a+b.jpg",
        "a%20b.jpg",
        "a%25b.jpg",
        "a%b.jpg",
        unicodedata.normalize("NFC", "é.jpg"),
        unicodedata.normalize("NFD", "é.jpg"),
        "x" * (1024 - len("uploads/")),
    ]
    ids = {identify_upload("b", f"uploads/{spelling}").image_id for spelling in spellings}
    assert len(ids) == len(spellings)


def test_the_id_of_a_direct_drop_never_changes() -> None:
    assert (
        identify_upload("media-test", "uploads/a b.jpg").image_id
        == "921f742b-5cd2-5375-a3dd-28256dc9dd7c"
    )


@pytest.mark.parametrize("key", ["", "uploads", "uploads/", "renditions/x/y/z.webp", "/uploads/a"])
def test_a_key_outside_the_uploads_is_refused(key: str) -> None:
    with pytest.raises(ForeignKeyError, match="does not begin with uploads/"):
        identify_upload("b", key)


def test_a_rendition_lies_below_its_image_and_digest() -> None:
    assert rendition_key(IMAGE, "d1", "thumb.webp") == f"renditions/{IMAGE}/d1/thumb.webp"


@pytest.mark.parametrize(
    ("key", "owner", "image_id"),
    [
        (f"uploads/{OWNER}/{IMAGE}", OWNER, IMAGE),
        (f"uploads/{OWNER}/{IMAGE}/more", OWNER, None),
        (f"uploads/{OWNER}/{IMAGE.upper()}", OWNER, None),
        (f"uploads/{OWNER}/a b+%25.jpg", OWNER, None),
        (f"uploads/{OWNER}/a\nb.jpg", OWNER, None),
        (f"uploads/{OWNER}/", OWNER, None),
        (f"uploads/{OWNER.upper()}/a.jpg", None, None),
        (f"uploads/{OWNER}", None, None),
        (f"renditions/{OWNER}/{IMAGE}", None, None),
        ("uploads/é.jpg", None, None),
        ("uploads/", None, None),
        ("", None, None),
    ],
)
def test_any_key_tells_the_owner_and_the_announced_image(
    key: str, owner: str | None, image_id: str | None
) -> None:
    assert (owner_of_original(key), announced_image(key)) == (owner, image_id)


@pytest.mark.parametrize(
    ("key", "image_id"),
    [
        (rendition_key(IMAGE, "d1", "thumb.webp"), IMAGE),
        (f"renditions/{IMAGE}/stray", IMAGE),
        (f"renditions/{IMAGE}/", None),
        (f"renditions/{IMAGE}", None),
        (f"renditions/{IMAGE.upper()}/d1/thumb.webp", None),
        (f"uploads/{IMAGE}/d1/thumb.webp", None),
    ],
)
def test_a_renditions_key_tells_its_image(key: str, image_id: str | None) -> None:
    assert image_of_rendition(key) == image_id
