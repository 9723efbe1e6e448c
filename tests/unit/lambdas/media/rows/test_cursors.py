from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rows.cursors import CursorSeal, InvalidCursorError
from media.rows.items import listing_position

POSITION = "2026-11-23T06:00:27.000Z#0b8a5f6e-1111-4111-9111-00000000000b"
SEAL = CursorSeal(key=b"k" * 32, listing="owner:a", caller="a")
moments = st.datetimes(datetime(2000, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


@given(moments, st.uuids())
def test_a_cursor_comes_back_as_the_position_it_was(moment: datetime, image_id: UUID) -> None:
    position = listing_position(moment, str(image_id))
    cursor = SEAL.encode(position)
    assert SEAL.decode(cursor) == position
    assert cursor.isascii()
    assert not set(cursor) & set("+/= ")


@pytest.mark.parametrize(
    "other",
    [
        replace(SEAL, listing="all"),
        replace(SEAL, caller="b"),
        replace(SEAL, key=b"K" * 32),
        CursorSeal(key=SEAL.key, listing="owner:a\na", caller=""),
    ],
)
def test_a_cursor_of_another_listing_caller_or_key_is_refused(other: CursorSeal) -> None:
    with pytest.raises(InvalidCursorError, match="does not belong to this listing"):
        SEAL.decode(other.encode(POSITION))


@given(st.integers(0, len(SEAL.encode(POSITION)) - 1), st.characters(codec="ascii"))
def test_a_cursor_with_any_character_altered_is_refused(place: int, character: str) -> None:
    cursor = SEAL.encode(POSITION)
    altered = cursor[:place] + character + cursor[place + 1 :]
    if altered == cursor:
        assert SEAL.decode(altered) == POSITION
        return
    with pytest.raises(InvalidCursorError):
        SEAL.decode(altered)


@given(st.text())
def test_no_text_of_a_client_does_more_than_be_refused(text: str) -> None:
    with pytest.raises(InvalidCursorError):
        SEAL.decode(text)


def test_a_very_long_cursor_is_refused() -> None:
    with pytest.raises(InvalidCursorError):
        SEAL.decode(SEAL.encode(POSITION) * 1000)


def test_even_a_sealed_cursor_names_a_position_and_nothing_else() -> None:
    with pytest.raises(InvalidCursorError):
        SEAL.decode(SEAL.encode("anything#else"))
