"""The intruder on a system that refuses every measure of the confinement."""

import sys

from tests.unit.lambdas.media.inspection.intruder import serve_unconfined

if __name__ == "__main__":
    serve_unconfined(int(sys.argv[1]))
