"""DynamoDB attribute values: each value in a mapping from its type tag.

boto3 offers the same, but importing it would load its resources and transfer manager before the
first request is served.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


def tagged(value: object) -> "AttributeValueTypeDef":
    """Add the type tag to a value.

    Parameters
    ----------
    value
        A str, int, Decimal or bool, or a list or dict of these.

    Raises
    ------
    TypeError
        For any other type, including float, which DynamoDB lacks.
    """
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | Decimal():
            return {"N": str(value)}
        case list():
            return {"L": [tagged(item) for item in value]}
        case dict():
            return {"M": {str(name): tagged(item) for name, item in value.items()}}
        case _:
            message = f"an item cannot hold a value of type {type(value).__name__}"
            raise TypeError(message)


def untagged(tagged_value: "AttributeValueTypeDef") -> Any:  # noqa: ANN401 - the row decides
    """Remove the type tag from a value; numbers become Decimal.

    Raises
    ------
    TypeError
        For a type that the store never writes.
    """
    ((tag, value),) = cast("Mapping[str, Any]", tagged_value).items()
    match tag:
        case "S" | "BOOL":
            return value
        case "N":
            return Decimal(value)
        case "L":
            return [untagged(item) for item in value]
        case "M":
            return {name: untagged(item) for name, item in value.items()}
        case _:
            message = f"the store never writes attributes of type {tag}"
            raise TypeError(message)
