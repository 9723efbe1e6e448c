"""The log of imports is split by who is to blame."""

from __future__ import annotations

from tests.benchmarks.imports import split_by_library

LOG = """import time: self [us] | cumulative | imported package
import time:       500 |        500 | site
import time:      1000 |       1000 |       json
import time:      3000 |       4000 |     botocore.session
import time:      2000 |       6000 |   boto3
import time:       700 |        700 |   json.tool
import time:       300 |       7000 | functions.api.handler
"""


def test_the_standard_library_is_counted_for_who_asked_first() -> None:
    assert split_by_library(LOG) == {
        "interpreter": 0.5,
        "botocore": 4.0,
        "boto3": 2.0,
        "this project": 1.0,
    }
