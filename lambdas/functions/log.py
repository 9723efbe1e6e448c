"""The log of every function: lines of JSON without object keys, which may be personal."""

import re

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.logging.types import LogRecord

# As it stands in JSON: botocore tells the whole URL where a connection fails, with the key in its
# path or, of a listing, percent-encoded in its query. To the end of the line, for keys hold spaces.
_KEY = re.compile(r"uploads(?:/|%(?:25)*2[Ff])(?:[^\"\\]|\\[^n\"])+")


class KeylessFormatter(LambdaPowertoolsFormatter):
    """Writes a line as Powertools does, and leaves out what follows ``uploads/``."""

    def serialize(self, log: LogRecord) -> str:
        """Write a line of JSON."""
        return _KEY.sub("uploads/...", super().serialize(log))


def build_logger() -> Logger:
    """Build the logger of a function."""
    return Logger(logger_formatter=KeylessFormatter())
