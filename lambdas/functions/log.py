"""The log of every function: JSON lines without object keys, which may be personal."""

import re

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.logging.types import LogRecord

# A key in JSON. If a connection fails, botocore reports the whole URL, with the key in its path or,
# for a listing, percent-encoded in its query. The match runs to the end, since keys hold spaces.
_KEY = re.compile(r"uploads(?:/|%(?:25)*2[Ff])(?:[^\"\\]|\\[^n\"])+")


class KeylessFormatter(LambdaPowertoolsFormatter):
    """Formats lines as Powertools does, and leaves out what follows ``uploads/``."""

    def serialize(self, log: LogRecord) -> str:
        """Serialise a line as JSON."""
        return _KEY.sub("uploads/...", super().serialize(log))


def build_logger() -> Logger:
    """Build the logger of a function."""
    return Logger(logger_formatter=KeylessFormatter())
