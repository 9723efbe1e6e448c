"""The intruder on a system that refuses the filter."""

import sys

from tests.unit.lambdas.media.inspection.intruder import serve_unfiltered

if __name__ == "__main__":
    serve_unfiltered(int(sys.argv[1]))
