"""What a zip is built for: Lambda on arm64, or this interpreter for the embedded AWS."""

from __future__ import annotations

import platform
import sys
import sysconfig
from dataclasses import dataclass

LAMBDA_PYTHON = "3.13"
# The Lambda runtime that both the AWS provider and every locked wheel know.
LAMBDA_RUNTIME = f"python{LAMBDA_PYTHON}"
# Amazon Linux 2023, which that runtime is based on, has glibc 2.34.
LAMBDA_UV_PLATFORM = "aarch64-manylinux_2_34"
ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Platform:
    """A Python on a machine, as uv selects wheels for it.

    Parameters
    ----------
    name : str
        Tells builds apart, such as ``cp313-lambda-arm64``.
    architecture : str
        As Lambda names it: ``arm64`` or ``x86_64``.
    python : str
        ``3.13``.
    uv_arguments : tuple of str
        What makes uv choose wheels, and judge a lock's markers, for it.
    """

    name: str
    architecture: str
    python: str
    uv_arguments: tuple[str, ...]


def lambda_platform() -> Platform:
    """Return AWS Lambda on arm64 with the runtime's Python."""
    return Platform(
        name=f"cp{LAMBDA_PYTHON.replace('.', '')}-lambda-arm64",
        architecture="arm64",
        python=LAMBDA_PYTHON,
        uv_arguments=(
            *("--python-platform", LAMBDA_UV_PLATFORM),
            *("--python-version", LAMBDA_PYTHON),
        ),
    )


def this_platform() -> Platform:
    """Return the running interpreter, which is what the embedded AWS runs functions with."""
    machine = platform.machine().lower()
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    tag = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return Platform(
        name=f"cp{python.replace('.', '')}-{tag}",
        architecture=ARCHITECTURES.get(machine, "x86_64"),
        python=python,
        uv_arguments=("--python", sys.executable),
    )
