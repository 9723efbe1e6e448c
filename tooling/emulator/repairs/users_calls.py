"""Cognito calls of an application's users, which ministack checks less than AWS does.

These calls have no signature, so only their content identifies the caller.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

from tooling.emulator.repairs.replacing import replace_everywhere

Response: TypeAlias = tuple[int, dict[str, str], bytes]

# Challenges that AWS sets only to who has shown the password.
AFTER_PASSWORD = frozenset({"NEW_PASSWORD_REQUIRED", "SOFTWARE_TOKEN_MFA", "MFA_SETUP"})
# As long as a client's sessions hold, unless it says otherwise.
SESSION_SECONDS = 180
# It identifies the owner of images, and AWS never changes it.
SUBJECT = "sub"


@dataclass(frozen=True)
class Challenge:
    """An issued challenge: its kind, its user, and when it expires."""

    name: str
    client: str
    username: str
    until: float


def check_calls_of_users() -> None:
    """Let users sign in only with their password, and keep their subjects."""
    cognito: Any = import_module("ministack.services.cognito")
    _require_challenges_that_were_set(cognito)
    _keep_subjects(cognito)


def _require_challenges_that_were_set(cognito: Any) -> None:  # noqa: ANN401 - a module
    """Accept the answer to a challenge only from the user it was issued to.

    ministack never looks at the session: who names any user, and a new password for it, gets the
    tokens of that user.
    """
    challenges: dict[str, Challenge] = {}
    result = cognito._password_auth_result
    respond = cognito._respond_to_auth_challenge

    def remembered_result(
        pool: dict[str, Any],
        pool_id: str,
        client: str,
        user: dict[str, Any],
        *arguments: object,
        **options: object,
    ) -> Response:
        answer: Response = result(pool, pool_id, client, user, *arguments, **options)
        answered = json.loads(answer[2])
        if "Session" in answered:
            now = time.monotonic()
            for session in [key for key, set_ in challenges.items() if set_.until < now]:
                del challenges[session]
            challenges[answered["Session"]] = Challenge(
                answered["ChallengeName"], client, user["Username"], now + SESSION_SECONDS
            )
        return answer

    def respond_if_set(data: dict[str, Any]) -> Response:
        name = data.get("ChallengeName")
        if name not in AFTER_PASSWORD:
            return respond(data)  # type: ignore[no-any-return]  # ministack's, untyped
        found = challenges.get(str(data.get("Session")))
        wanted = (name, data.get("ClientId"))
        if found is None or found.until < time.monotonic() or (found.name, found.client) != wanted:
            return _refusal(cognito, "Invalid session for the user.")
        # The challenge decides the user, not the name in the answer.
        responses = {**(data.get("ChallengeResponses") or {}), "USERNAME": found.username}
        return respond({**data, "ChallengeResponses": responses})  # type: ignore[no-any-return]

    replace_everywhere(result, remembered_result)
    replace_everywhere(respond, respond_if_set)


def _keep_subjects(cognito: Any) -> None:  # noqa: ANN401 - a module
    """Let no user take another's subject, and with it all that the other owns."""
    update = cognito._update_user_attributes

    def update_others(data: dict[str, Any]) -> Response:
        if any(attribute.get("Name") == SUBJECT for attribute in data.get("UserAttributes") or ()):
            return _refusal(cognito, "A client attempted to write unauthorized attribute")
        return update(data)  # type: ignore[no-any-return]  # ministack's, untyped

    replace_everywhere(update, update_others)


def _refusal(cognito: Any, message: str) -> Response:  # noqa: ANN401 - a module
    return cognito.error_response_json(  # type: ignore[no-any-return]  # ministack's, untyped
        "NotAuthorizedException", message, 400
    )
