import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.model.sequencers import normalise_sequencer

numbers = st.integers(min_value=0, max_value=16**32 - 1)


@given(numbers, numbers, st.integers(0, 6), st.booleans())
def test_text_order_is_number_order_however_it_was_written(
    one: int,
    other: int,
    zeros: int,
    upper: bool,
) -> None:
    written = f"{one:x}".rjust(min(32, len(f"{one:x}") + zeros), "0")
    first = normalise_sequencer(written.upper() if upper else written)
    second = normalise_sequencer(f"{other:X}")
    assert (first < second) == (one < other)
    assert (first == second) == (one == other)
    assert len(first) == 32


@pytest.mark.parametrize("text", ["", "g", "0x1", " 1", "1 ", "-1", "0" * 33, "1\n", "\uff11"])
def test_what_is_no_sequencer_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        normalise_sequencer(text)
