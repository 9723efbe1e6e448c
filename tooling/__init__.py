"""The operator's tooling: package, render, plan, scan, deploy, verify and take down."""

import sys
from pathlib import Path

# The functions' root on AWS, and in this checkout: `media.model` is imported from there.
sys.path.append(str(Path(__file__).resolve().parents[1] / "lambdas"))
