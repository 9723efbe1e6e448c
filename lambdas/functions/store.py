"""Where images are stored, which every function's deployment tells it."""

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
        Over how many partitions a month of the list-all index, and the trash, are spread.
    """

    bucket: str
    table: str
    month_shards: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Store":
        """Read the store; what is missing or wrong stops the function at its start.

        Raises
        ------
        KeyError, ValueError
            If a variable is missing or holds no such value.
        """
        return cls(
            bucket=environment["MEDIA_BUCKET"],
            table=environment["MEDIA_TABLE"],
            month_shards=int(environment["MEDIA_MONTH_SHARDS"]),
        )
