import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.model.deletion import DELETED_AT_ONCE_MAX, plan_deletion


@pytest.mark.parametrize("key", ["a\x01b", "\x00", "\x0b", "\ufffe", "a\uffff"])
def test_a_key_that_xml_cannot_hold_is_deleted_alone(key: str) -> None:
    plan = plan_deletion([("b", "1"), (key, "2"), ("c", "3")], lambda version: version[0])
    assert plan.batches == ((("b", "1"), ("c", "3")),)
    assert plan.alone == ((key, "2"),)


@pytest.mark.parametrize("key", ["a b+c%25/é", "a\tb", "a\r\nb", "\U0001f600", "\ufffd"])
def test_other_keys_go_together(key: str) -> None:
    assert plan_deletion([key], str).batches == ((key,),)


@given(st.integers(0, 3500))
def test_no_call_names_more_than_s3_takes(count: int) -> None:
    plan = plan_deletion(range(count), lambda _: "key")
    assert [each for batch in plan.batches for each in batch] == [*range(count)]
    assert all(1 <= len(batch) <= DELETED_AT_ONCE_MAX for batch in plan.batches)
    assert len(plan.batches) == -(-count // DELETED_AT_ONCE_MAX)
