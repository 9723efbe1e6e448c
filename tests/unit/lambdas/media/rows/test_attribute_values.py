from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from media.rows.attribute_values import tagged, untagged

scalars = (
    st.text(max_size=20)
    | st.booleans()
    | st.integers(-(10**37), 10**37)
    | st.decimals(-(10**9), 10**9, places=6)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
def test_values_are_tagged_as_boto3_tags_them(value: Any) -> None:
    assert tagged(value) == TypeSerializer().serialize(value)
    assert untagged(tagged(value)) == TypeDeserializer().deserialize(tagged(value)) == value


@pytest.mark.parametrize("value", [0.5, None, b"bytes", {1, 2}, object()])
def test_what_has_no_place_in_an_item_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="an item cannot hold a value"):
        tagged(value)


def test_what_this_store_never_writes_is_refused() -> None:
    assert untagged({"N": "1.50"}) == Decimal("1.5")
    with pytest.raises(TypeError, match="type NULL"):
        untagged({"NULL": True})
