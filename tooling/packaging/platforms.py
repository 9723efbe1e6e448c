"""What a zip is built for: Lambda on arm64, or this interpreter for the embedded AWS."""

from __future__ import annotations

import platform
import sys
import sysconfig
from dataclasses import dataclass

LAMBDA_PYTHON = "3.13"
# The Lambda runtime that both the AWS provider and every locked wheel know.
LAMBDA_RUNTIME = f"python{LAMBDA_PYTHON}"
ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Platform:
    """A Python on a machine, as pip selects wheels for it.

    Parameters
    ----------
    name : str
        Tells builds apart, such as ``cp313-lambda-arm64``.
    architecture : str
        As Lambda names it: ``arm64`` or ``x86_64``.
    python : str
        ``3.13``; decides which wheels and which lines of a lock apply.
    pip_arguments : tuple of str
        What makes pip choose wheels for it; empty for the running interpreter.
    """

    name: str
    architecture: str
    python: str
    pip_arguments: tuple[str, ...]

    def marker_environment(self) -> dict[str, str]:
        """Return the values that environment markers of a lock are judged by."""
        machine = "aarch64" if self.architecture == "arm64" else "x86_64"
        if not self.pip_arguments:
            return {}
        return {
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "sys_platform": "linux",
            "platform_system": "Linux",
            "platform_machine": machine,
            "platform_python_implementation": "CPython",
            "implementation_name": "cpython",
            "os_name": "posix",
        }


def lambda_platform() -> Platform:
    """Return AWS Lambda on arm64 with the runtime's Python.

    pip does not expand ``manylinux_2_28`` to the older tags, so each is named; with the newest
    alone left out it would silently take an older Pillow.
    """
    tags = [f"manylinux_{tag}_aarch64" for tag in ("2_34", "2_28", "2_17")] + [
        "manylinux2014_aarch64"
    ]
    digits = LAMBDA_PYTHON.replace(".", "")
    return Platform(
        name=f"cp{digits}-lambda-arm64",
        architecture="arm64",
        python=LAMBDA_PYTHON,
        pip_arguments=(
            *(argument for tag in tags for argument in ("--platform", tag)),
            *("--python-version", LAMBDA_PYTHON),
            *("--implementation", "cp"),
            *("--abi", f"cp{digits}", "--abi", "abi3", "--abi", "none"),
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
        pip_arguments=(),
    )
