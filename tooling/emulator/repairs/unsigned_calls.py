"""Calls without a signature, of which ministack serves more than AWS does."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tooling.emulator.repairs.replacing import replace_everywhere

# A bucket's policy may give these to anybody, and the signature of a form stands in its body. All
# else that S3 does, ministack asks about only where a bucket is there already.
OPEN_IN_S3 = frozenset({"s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:PutObject"})
USERS = "cognito-idp"
# Every pool is for users whom an administrator adds, which ministack does not keep to. It sends
# no codes either: what it takes for one that was mailed is the same for everybody.
BY_CODE = frozenset(
    f"{USERS}:{action}"
    for action in (
        *("SignUp", "ConfirmSignUp", "ResendConfirmationCode"),
        *("ForgotPassword", "ConfirmForgotPassword"),
    )
)
REFUSED = ("MissingAuthenticationToken", "Request is missing Authentication Token")
UNKNOWN_KEY = ("UnrecognizedClientException", "The security token in the request is invalid.")


def refuse_unsigned_calls() -> None:
    """Serve without a signature what an application's users need, and nothing else.

    ministack lets anybody make and list buckets, become whom a web identity that it does not check
    stands for, and do whatever it knows no permission for.
    """
    evaluator: Any = import_module("ministack.core.iam_evaluator")
    enforce, check_credentials = evaluator.enforce, evaluator.check_credentials
    served_unsigned = evaluator._served_unsigned  # the fault is in there

    def enforce_signed(
        access_key_id: str, iam_action: str, service: str, *arguments: object, **options: object
    ) -> object:
        unsigned = evaluator._anonymous.get()
        if unsigned and not access_key_id and service == "s3" and iam_action not in OPEN_IN_S3:
            return evaluator.AuthError(*REFUSED)
        return enforce(access_key_id, iam_action, service, *arguments, **options)

    def check_signed(access_key_id: str, service: str | None = None) -> object:
        if not access_key_id:
            return evaluator.AuthError(*UNKNOWN_KEY)
        return check_credentials(access_key_id, service)

    def serve_to_users(service: str, iam_action: str) -> bool:
        is_theirs = service == USERS and iam_action not in BY_CODE
        return is_theirs and bool(served_unsigned(service, iam_action))

    replace_everywhere(enforce, enforce_signed)
    replace_everywhere(check_credentials, check_signed)
    replace_everywhere(served_unsigned, serve_to_users)
