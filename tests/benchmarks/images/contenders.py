"""Who takes part, how each is started, and why one can't."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.benchmarks.images.installation import install_python_contenders, install_sharp
from tests.benchmarks.images.workloads import ROOT
from tooling.errors import OperatorError
from tooling.packaging.dependencies import install
from tooling.packaging.platforms import this_platform

if TYPE_CHECKING:
    from collections.abc import Callable

    from tooling.console import Screen
    from tooling.workspace import Workspace

OURS, FLOOR, DECODING = "ours", "floor", "heif decoding"


@dataclass(frozen=True)
class Contender:
    """Something that makes renditions.

    Parameters
    ----------
    name : str
        What the tables call it.
    command : tuple of str
        Starts its worker.
    variables : dict of str to str
        Added to the worker's environment.
    decodes_heif : bool
        False for builds without an HEVC decoder: they are given a decoded file.
    """

    name: str
    command: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict)
    decodes_heif: bool = True


def install_contenders(
    workspace: Workspace, screen: Screen
) -> tuple[list[Contender], dict[str, str]]:
    """Return those that can take part, and why the others can't, by name."""
    present: list[Contender] = []
    absent: dict[str, str] = {}
    makers: tuple[tuple[tuple[str, ...], Callable[[Workspace], list[Contender]]], ...] = (
        ((OURS, FLOOR, DECODING), _with_the_functions_packages),
        (("sharp", "sharp cascade"), _sharp),
        (("pyvips", "thumbor"), _written_in_python),
    )
    for names, make in makers:
        try:
            present += make(workspace)
        except OperatorError as error:
            screen.say(f"Without {' and '.join(names)}: {error.what}")
            absent |= dict.fromkeys(names, error.what)
    return present, absent


def _with_the_functions_packages(workspace: Workspace) -> list[Contender]:
    lock = workspace.lambdas / "functions" / "processor" / "requirements.lock"
    packages = install(lock, this_platform(), workspace.cache)
    path = os.pathsep.join(map(str, (workspace.lambdas, packages, ROOT)))
    modules = {OURS: "ours", FLOOR: "floor", DECODING: "heif_decoding"}
    return [
        Contender(name, (sys.executable, "-S", "-P", *_module(module)), {"PYTHONPATH": path})
        for name, module in modules.items()
    ]


def _sharp(workspace: Workspace) -> list[Contender]:
    worker = str(install_sharp(workspace.cache) / "worker.mjs")
    return [
        Contender("sharp", ("node", worker), decodes_heif=False),
        Contender("sharp cascade", ("node", worker, "cascade"), decodes_heif=False),
    ]


def _written_in_python(workspace: Workspace) -> list[Contender]:
    python = str(install_python_contenders(workspace.cache))
    path = {"PYTHONPATH": str(ROOT)}
    return [
        Contender("pyvips", (python, *_module("pyvips_cascade")), path, decodes_heif=False),
        Contender("thumbor", (python, *_module("thumbor_engine")), path),
    ]


def _module(name: str) -> tuple[str, str]:
    return ("-m", f"tests.benchmarks.images.workers.{name}")
