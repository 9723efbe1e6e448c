"""The AWS clients, built only here and once per process."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from botocore.config import Config
from botocore.exceptions import NoCredentialsError
from botocore.session import get_session

if TYPE_CHECKING:
    from botocore.credentials import Credentials
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

# Virtual addressing makes pre-signed URLs name the bucket's region; the global name answers with a
# redirect that breaks uploads. For an endpoint that is an IP address botocore switches to the path
# style by itself.
_S3 = Config(
    signature_version="s3v4",
    s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
)


@dataclass(frozen=True, slots=True)
class Clients:
    """The service clients of a process, and their credentials."""

    s3: "S3Client"
    dynamodb: "DynamoDBClient"
    credentials: "Credentials"


def build_clients(*, read_timeout_seconds: float, attempts: int, connections: int = 10) -> Clients:
    """Build the clients with the region, credentials and endpoint of the runtime.

    Parameters
    ----------
    read_timeout_seconds
        How long one attempt of a call may wait for a response.
    attempts
        The maximum number of attempts of a call.
    connections
        The maximum number of concurrent calls to a service.
    """
    timeouts = Config(
        connect_timeout=2,
        read_timeout=read_timeout_seconds,
        max_pool_connections=connections,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    # boto3 would load its resources and transfer manager at the start of every function.
    session = get_session()
    credentials = session.get_credentials()
    if credentials is None:
        raise NoCredentialsError
    return Clients(
        s3=cast("S3Client", session.create_client("s3", config=timeouts.merge(_S3))),
        dynamodb=cast("DynamoDBClient", session.create_client("dynamodb", config=timeouts)),
        credentials=credentials,
    )
