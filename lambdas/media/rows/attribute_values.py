"""Values as DynamoDB writes them: each in a mapping from its type's tag.

boto3 has such a pair too; taking it from there would load all of boto3 and its transfer manager
before the first request is served.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


def tagged(value: object) -> "AttributeValueTypeDef":
    """Give a value its type tag.

    Parameters
    ----------
    value
        Text, a whole number, a Decimal, a truth value, or a list or mapping of such.

    Raises
    ------
    TypeError
        For any other type; binary fractions among them, which DynamoDB has not.
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
            message = f"{type(value).__name__} has no place in an item"
            raise TypeError(message)


def untagged(tagged_value: "AttributeValueTypeDef") -> Any:  # noqa: ANN401 - as the row has it
    """Take the type tag off a value; numbers come as Decimal.

    Raises
    ------
    TypeError
        For a type that this store never writes.
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
            message = f"an attribute of type {tag} is none that this store writes"
            raise TypeError(message)
