from datetime import UTC, datetime, timedelta, timezone

import pytest

from media.model.timestamps import format_timestamp, parse_timestamp


def test_any_zone_is_written_in_utc_with_milliseconds() -> None:
    moment = datetime(2026, 11, 23, 8, 0, 27, 123_999, tzinfo=timezone(timedelta(hours=2)))
    assert format_timestamp(moment) == "2026-11-23T06:00:27.123Z"


def test_both_forms_are_read() -> None:
    expected = datetime(2026, 11, 23, 6, 0, 27, tzinfo=UTC)
    assert parse_timestamp("2026-11-23T06:00:27Z") == expected
    assert parse_timestamp("2026-11-23T06:00:27.000Z") == expected


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        parse_timestamp("2026-11-23T06:00:27")
