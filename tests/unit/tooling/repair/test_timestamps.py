import pytest

from media.model.timestamps import format_timestamp
from tooling.errors import OperatorError
from tooling.repair.timestamps import read_timestamp


@pytest.mark.parametrize(
    ("text", "as_stored"),
    [
        ("2026-11-24", "2026-11-24T00:00:00.000Z"),
        ("2026-11-24T06:00:00Z", "2026-11-24T06:00:00.000Z"),
        ("2026-11-24T06:00:00.1239+02:00", "2026-11-24T04:00:00.123Z"),
    ],
)
def test_a_date_becomes_what_rows_hold(text: str, as_stored: str) -> None:
    assert format_timestamp(read_timestamp(text)) == as_stored


def test_what_is_no_date_is_reported() -> None:
    with pytest.raises(OperatorError, match="'yesterday' is not a date"):
        read_timestamp("yesterday")
