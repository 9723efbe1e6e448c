"""Callers whom ministack believes without a signature, the root above all."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tooling.emulator.repairs.replacing import replace_everywhere

if TYPE_CHECKING:
    from tooling.emulator.credentials import RootCredentials

UNKNOWN_KEY = ("UnrecognizedClientException", "The security token in the request is invalid.")


def verify_the_root(root: RootCredentials) -> None:
    """Make the root one key, whose signature is checked as anybody's.

    ministack takes ``test``, every twelve digits and a call that names no key for the root, and
    checks the secret of none of them. It also takes the key in the query of a request for checked
    where another kind of ``Authorization`` stands beside it.

    Parameters
    ----------
    root : RootCredentials
        The one key that is the root's.
    """
    evaluator: Any = import_module("ministack.core.iam_evaluator")
    resolve = evaluator.resolve_credential
    resolve_principal = evaluator.resolve_principal

    def is_root(access_key_id: str) -> bool:
        return access_key_id == root.key_id

    def needs_no_signature(_access_key_id: str) -> bool:
        return False

    def resolve_with_root(
        access_key_id: str,
        account_id: str | None = None,
        session_token: object = evaluator._SESSION_TOKEN_NOT_CHECKED,  # its default
    ) -> object:
        if not is_root(access_key_id):
            return resolve(access_key_id, account_id, session_token)
        refused = evaluator._validate_session_token(None, session_token)
        return refused or _credential(evaluator, root, account_id)

    def principal_with_root(
        access_key_id: str, account_id: str, credential: object = None
    ) -> object:
        anonymous = evaluator._anonymous.get()
        if not access_key_id and anonymous:
            # What S3 and the APIs give to whoever asks, they decide themselves, as before.
            anybody = _credential(evaluator, root, account_id)
            return resolve_principal(root.key_id, account_id, anybody)
        # S3 has checked the key of a form itself, in a request that carries none besides.
        if not anonymous and evaluator._verified_key.get() != access_key_id:
            return evaluator.AuthError(*UNKNOWN_KEY)
        return resolve_principal(access_key_id, account_id, credential)

    replace_everywhere(evaluator.is_root_access_key, is_root)
    replace_everywhere(evaluator._is_root_key, needs_no_signature)
    replace_everywhere(resolve, resolve_with_root)
    replace_everywhere(resolve_principal, principal_with_root)
    _leave_signed_urls_to_s3(evaluator)


def _credential(evaluator: Any, root: RootCredentials, account_id: str | None) -> object:  # noqa: ANN401 - a module
    account = account_id or import_module("ministack.core.responses").get_account_id()
    return evaluator.ResolvedCredential(
        access_key_id=root.key_id,
        secret_access_key=root.secret,
        account_id=account,
        principal_arn=f"arn:aws:iam::{account}:root",
        principal_id=account,
        principal_type="Root",
        source_access_key_id=root.key_id,
    )


def _leave_signed_urls_to_s3(evaluator: Any) -> None:  # noqa: ANN401 - a module
    """Take the key of a pre-signed URL of S3's for verified: S3 itself checks it afterwards."""
    scope_failure = evaluator._s3_scope_failure  # where ministack leaves it to S3

    def failure(service: str | None) -> object:
        request = evaluator._signed_request.get()
        if service == "s3" and request is not None and request.s3_scoped:
            evaluator._verified_key.set(request.access_key_id)
        return scope_failure(service)

    replace_everywhere(scope_failure, failure)
