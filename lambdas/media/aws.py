"""The AWS clients, built in this one place and once in a process."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from botocore.config import Config
from botocore.exceptions import NoCredentialsError
from botocore.session import get_session

if TYPE_CHECKING:
    from botocore.credentials import Credentials
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

# Virtual addressing is what makes pre-signed URLs name the bucket's region; the global name
# answers with a redirect that an upload doesn't survive. An endpoint that is an IP address
# gets the path style from botocore by itself.
_S3 = Config(
    signature_version="s3v4",
    s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
)


@dataclass(frozen=True, slots=True)
class Clients:
    """The service clients of one process, and the credentials that they sign with."""

    s3: "S3Client"
    dynamodb: "DynamoDBClient"
    credentials: "Credentials"


def build_clients(*, read_timeout_seconds: float, attempts: int, connections: int = 10) -> Clients:
    """Build the clients from what the runtime sets: region, credentials, endpoint.

    Parameters
    ----------
    read_timeout_seconds
        How long one try of a call may wait for an answer.
    attempts
        How often a call is tried in all.
    connections
        How many calls to a service run at once.
    """
    timeouts = Config(
        connect_timeout=2,
        read_timeout=read_timeout_seconds,
        max_pool_connections=connections,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    # boto3 would add its resources and transfer manager to the start of every function.
    session = get_session()
    credentials = session.get_credentials()
    if credentials is None:
        raise NoCredentialsError
    return Clients(
        s3=cast("S3Client", session.create_client("s3", config=timeouts.merge(_S3))),
        dynamodb=cast("DynamoDBClient", session.create_client("dynamodb", config=timeouts)),
        credentials=credentials,
    )
