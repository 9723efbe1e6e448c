"""An application's user, or somebody who knows one's name, is let in by the password alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.integration.emulator.conftest import BUCKET, KEY

if TYPE_CHECKING:
    from tests.integration.emulator.conftest import Fortress

VICTIM, PASSWORD, STOLEN = "victim", "Aa1!a-long-one-of-hers", "Bb1!a-long-one-of-theirs"
FLOWS = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
# ministack takes them for codes that were mailed.
CODES = ("123456", "654321")


@dataclass(frozen=True)
class Users:
    """A pool with a victim in it, and calls of it as anybody sends them."""

    fortress: Fortress
    pool: str
    client: str

    def call(self, action: str, **fields: object) -> tuple[int, dict[str, Any]]:
        """Send a call without a signature."""
        target = f"AWSCognitoIdentityProviderService.{action}"
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
        answer = self.fortress.send("POST /", headers, json.dumps(fields))
        return answer.status, json.loads(answer.data)

    def sign_in(self, username: str, password: str) -> dict[str, Any]:
        """Sign a user in as the tooling does, with the root's signature."""
        answer: dict[str, Any] = self.fortress.client("cognito-idp").admin_initiate_auth(
            UserPoolId=self.pool,
            ClientId=self.client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": username, "PASSWORD": password},
        )
        return answer

    def respond(self, challenge: str, session: str, **responses: str) -> tuple[int, dict[str, Any]]:
        """Answer a challenge."""
        return self.call(
            "RespondToAuthChallenge",
            ClientId=self.client,
            ChallengeName=challenge,
            Session=session,
            ChallengeResponses=responses,
        )


@pytest.fixture
def users(fortress: Fortress) -> Users:
    cognito = fortress.client("cognito-idp")
    name = f"users-{uuid4()}"
    pool = cognito.create_user_pool(
        PoolName=name, AdminCreateUserConfig={"AllowAdminCreateUserOnly": True}
    )["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName=name, ExplicitAuthFlows=FLOWS
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username=VICTIM, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=VICTIM, Password=PASSWORD, Permanent=True
    )
    return Users(fortress, pool, client)


@pytest.mark.parametrize("challenge", ["NEW_PASSWORD_REQUIRED", "SOFTWARE_TOKEN_MFA", "MFA_SETUP"])
@pytest.mark.parametrize("begun", [False, True], ids=["no session", "session of a sign-in"])
def test_a_challenge_that_was_never_set_lets_nobody_in(
    users: Users, challenge: str, *, begun: bool
) -> None:
    session = "made-up"
    if begun:
        asked = {"USERNAME": VICTIM, "SRP_A": "ab" * 128}
        _, answered = users.call(
            "InitiateAuth", ClientId=users.client, AuthFlow="USER_SRP_AUTH", AuthParameters=asked
        )
        session = answered.get("Session") or answered["ChallengeParameters"]["SECRET_BLOCK"]
    status, answered = users.respond(
        challenge,
        session,
        USERNAME=VICTIM,
        NEW_PASSWORD=STOLEN,
        SOFTWARE_TOKEN_MFA_CODE=CODES[0],
    )
    assert (status, answered["__type"]) == (400, "NotAuthorizedException")
    assert "AuthenticationResult" in users.sign_in(VICTIM, PASSWORD)


def test_a_challenge_is_answered_for_whom_it_was_set_to(users: Users) -> None:
    """A new user's first password is for one sign-in, and lets nobody into another's account."""
    cognito = users.fortress.client("cognito-idp")
    cognito.admin_create_user(
        UserPoolId=users.pool,
        Username="mallory",
        TemporaryPassword=PASSWORD,
        MessageAction="SUPPRESS",
    )
    answered = users.sign_in("mallory", PASSWORD)
    assert answered["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    status, answer = users.respond(
        "NEW_PASSWORD_REQUIRED", answered["Session"], USERNAME=VICTIM, NEW_PASSWORD=STOLEN
    )
    assert status == 200
    token = answer["AuthenticationResult"]["AccessToken"]
    assert cognito.get_user(AccessToken=token)["Username"] == "mallory"
    assert "AuthenticationResult" in users.sign_in(VICTIM, PASSWORD)


def test_no_code_resets_a_password(users: Users) -> None:
    who = {"ClientId": users.client, "Username": VICTIM}
    assert users.call("ForgotPassword", **who)[0] == 400
    for code in CODES:
        fields = {**who, "ConfirmationCode": code, "Password": STOLEN}
        assert users.call("ConfirmForgotPassword", **fields)[0] == 400
    with pytest.raises(ClientError):
        users.sign_in(VICTIM, STOLEN)


def test_a_user_does_not_become_another(users: Users) -> None:
    cognito = users.fortress.client("cognito-idp")
    token = users.sign_in(VICTIM, PASSWORD)["AuthenticationResult"]["AccessToken"]

    def subject() -> str:
        found = cognito.admin_get_user(UserPoolId=users.pool, Username=VICTIM)["UserAttributes"]
        return str({each["Name"]: each["Value"] for each in found}["sub"])

    before = subject()
    stolen = [{"Name": "name", "Value": "x"}, {"Name": "sub", "Value": str(uuid4())}]
    status, _ = users.call("UpdateUserAttributes", AccessToken=token, UserAttributes=stolen)
    assert (status, subject()) == (400, before)
    status, _ = users.call("UpdateUserAttributes", AccessToken=token, UserAttributes=stolen[:1])
    assert status == 200


def test_a_url_to_upload_with_copies_nothing_of_anothers(fortress: Fortress) -> None:
    """The API signs it with its own rights, and it may read every original."""
    s3 = fortress.client("s3")
    url = s3.generate_presigned_url(
        "put_object", Params={"Bucket": BUCKET, "Key": "uploads/mallory/image"}
    )
    path = url.removeprefix(fortress.emulator.endpoint)
    answer = fortress.send(f"PUT {path}", {"x-amz-copy-source": f"{BUCKET}/{KEY}"})
    assert answer.status == 403
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET, Prefix="uploads/mallory/")
    assert fortress.send(f"PUT {path}", body=b"of her own").status == 200
