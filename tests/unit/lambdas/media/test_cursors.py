import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.cursors import InvalidCursorError, decode_cursor, encode_cursor
from media.items import listing_position

POSITION = "2026-11-23T06:00:27.000Z#0b8a5f6e-1111-4111-9111-00000000000b"
moments = st.datetimes(datetime(2000, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


@given(st.text(st.characters(codec="utf-8")), moments, st.uuids())
def test_a_cursor_comes_back_as_the_position_it_was(
    scope: str, moment: datetime, image_id: UUID
) -> None:
    position = listing_position(moment, str(image_id))
    cursor = encode_cursor(scope, position)
    assert decode_cursor(scope, cursor) == position
    assert cursor.isascii()
    assert not set(cursor) & set("+/= ")


def test_a_cursor_of_another_listing_is_refused() -> None:
    with pytest.raises(InvalidCursorError, match="does not belong to this listing"):
        decode_cursor("owner:b", encode_cursor("owner:a", POSITION))


@given(st.text())
def test_no_text_of_a_client_does_more_than_be_refused(text: str) -> None:
    with pytest.raises(InvalidCursorError):
        decode_cursor("owner:a", text)


@pytest.mark.parametrize(
    "body", [[1, "x", POSITION], {"a": 1}, [], None, [[]] * 3, [2, "f", POSITION], 10**40]
)
def test_json_that_is_no_cursor_is_refused(body: object) -> None:
    text = base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")
    with pytest.raises(InvalidCursorError):
        decode_cursor("owner:a", text)


def test_a_cursor_cannot_smuggle_another_position() -> None:
    cursor = encode_cursor("owner:a", "anything#else")
    with pytest.raises(InvalidCursorError):
        decode_cursor("owner:a", cursor)
