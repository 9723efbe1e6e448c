"""Where images are stored, from the environment variables of each function."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Store:
    """The bucket and the table of one environment.

    Parameters
    ----------
    bucket, table
        Their names.
    month_shards
        The number of partitions of a month in the list-all index, and of the trash.
    """

    bucket: str
    table: str
    month_shards: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Store":
        """Read the store; a missing or invalid variable stops the function at its start.

        Raises
        ------
        KeyError, ValueError
            If a variable is missing or invalid.
        """
        return cls(
            bucket=environment["MEDIA_BUCKET"],
            table=environment["MEDIA_TABLE"],
            month_shards=int(environment["MEDIA_MONTH_SHARDS"]),
        )
