"""A caller with the rights of a function's role, as after a compromise of the function.

A user that carries exactly the policies of a role stands for it: a function's role trusts Lambda
alone, as it should.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.conftest import Aws


@contextmanager
def acting_as(aws: Aws, function: str) -> Iterator[Aws]:
    arn = aws.functions.get_function_configuration(
        FunctionName=aws.outputs["functions"][function]["name"]
    )["Role"]
    role, user = arn.rsplit("/", 1)[1], f"stand-in-{uuid4().hex[:8]}"
    aws.iam.create_user(UserName=user)
    names = aws.iam.list_role_policies(RoleName=role)["PolicyNames"]
    key = aws.iam.create_access_key(UserName=user)["AccessKey"]
    try:
        assert names
        for name in names:
            document = aws.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            aws.iam.put_user_policy(
                UserName=user, PolicyName=name, PolicyDocument=json.dumps(document)
            )
        yield aws.with_credentials(key["AccessKeyId"], key["SecretAccessKey"])
    finally:
        for name in aws.iam.list_user_policies(UserName=user)["PolicyNames"]:
            aws.iam.delete_user_policy(UserName=user, PolicyName=name)
        aws.iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
        aws.iam.delete_user(UserName=user)


def refused(call: Callable[[], object]) -> None:
    """Require that IAM refuses a call."""
    with pytest.raises(ClientError) as caught:
        call()
    code = caught.value.response["Error"]["Code"]
    assert code in {"AccessDenied", "AccessDeniedException", "403"}, code
