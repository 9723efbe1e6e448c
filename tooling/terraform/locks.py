"""State locks that killed runs left behind."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from tooling.environments.names import state_bucket
from tooling.errors import OperatorError
from tooling.terraform.foundation import foundation_stack
from tooling.terraform.media_stack import media_stack

if TYPE_CHECKING:
    from tooling.aws.target import Target
    from tooling.terraform.stack import Stack
    from tooling.workspace import Workspace


def stack_that_holds(workspace: Workspace, target: Target, lock_id: str) -> Stack:
    """Return the stack of the environment whose state is locked under `lock_id`.

    Raises
    ------
    OperatorError
        Neither is.
    """
    bucket = state_bucket(target.environment)
    for stack in (media_stack(workspace, target), foundation_stack(workspace, target)):
        with suppress(target.s3.exceptions.NoSuchKey, target.s3.exceptions.NoSuchBucket):
            answer = target.s3.get_object(Bucket=bucket, Key=f"{stack.state_key}.tflock")
            if json.loads(answer["Body"].read())["ID"] == lock_id:
                return stack
    raise OperatorError(
        f"No state of {target.environment.name} is locked under {lock_id}.",
        remedy="Run the refused command again: the lock may be gone, or have another id.",
    )
