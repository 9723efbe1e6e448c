"""The operator's commands: ``nox -l`` lists them, ``nox -s deploy -- dev`` runs one.

They are those of ``python -m tooling``; below them stand the sessions of those who change the code.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
from functools import partial
from pathlib import Path

import nox

# nox runs this file without its folder on the path.
sys.path.insert(0, str(Path(__file__).parent))
from tooling.commands.table import COMMANDS, Command

nox.options.sessions = ["lint", "test"]
os.umask(0o077)  # nobody else may change the code that is installed here and run

TOOLING_LOCK = "tooling/requirements.lock"
DEVELOPMENT_LOCK = "tests/requirements.lock"
# What builds SOURCE_ONLY, the one package that has no wheel; all others come as wheels, so that
# nothing of theirs runs while they are installed.
BUILD_LOCK = "tooling/build-requirements.lock"
SOURCE_ONLY = "python-terraform"
MINIMUM_PYTHON = (3, 11)
# Ctrl-C is for the command: it lets Terraform finish what is under way, which nox must wait for.
PATIENCE_SECONDS = 900.0

# Sessions share environments made by python_with(): one for the operator, one for developers.
developer = partial(nox.session, python=False)


def python_with(session: nox.Session, lock: str) -> str:
    """Return the interpreter of an environment that holds what `lock` names, made once."""
    if sys.version_info < MINIMUM_PYTHON:
        session.error("Python 3.11 or newer is needed; run nox with one.")
    # A changed lock gets a new folder: the embedded AWS may still be running from the old one.
    contents = Path(lock).read_bytes() + Path(BUILD_LOCK).read_bytes() + sys.version.encode()
    digest = hashlib.sha256(contents).hexdigest()[:12]
    folder = Path(".nox", f"{Path(lock).parent.name}-{digest}").resolve()
    python, installed = folder / "bin" / "python", folder / "installed"
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # two commands at once: one installs, one finds it there
        if not installed.exists():
            session.log(f"Installing {lock}; this happens once.")
            install_locked(session, folder, lock)
            installed.touch()
    return str(python)


def install_locked(session: nox.Session, folder: Path, lock: str) -> None:
    """Make an environment with exactly what `lock` names, by hashed tools alone."""
    run = partial(session.run, external=True, silent=True)
    # The pip inside of virtualenv: left to itself, virtualenv fetches newer ones for next time.
    run(
        *(sys.executable, "-m", "virtualenv", "--quiet", "--clear", "--no-download"),
        *("--no-periodic-update", "--pip", "embed", "--no-setuptools", str(folder)),
    )
    install = (
        *(str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"),
        *("--require-hashes", "--only-binary", ":all:"),
    )
    run(*install, "--requirement", BUILD_LOCK)
    run(*install, "--no-binary", SOURCE_ONLY, "--no-build-isolation", "--requirement", lock)


def run_tooling(session: nox.Session, *arguments: str) -> None:
    """Run one command of the tooling with the session's own arguments behind it."""
    session.run(
        *(python_with(session, TOOLING_LOCK), "-m", "tooling", *arguments, *session.posargs),
        external=True,
        stderr=sys.stderr,  # else nox mixes it into standard output, where scripts read --json
        interrupt_timeout=PATIENCE_SECONDS,
        terminate_timeout=PATIENCE_SECONDS,
    )


def add_session(command: Command) -> None:
    """Make a session that runs one command of the tooling."""

    def run(session: nox.Session) -> None:
        run_tooling(session, command.name)

    run.__doc__ = command.summary
    nox.session(name=command.name, python=False, default=False)(run)


for command in COMMANDS:
    add_session(command)


@developer()
def test(session: nox.Session) -> None:
    """[PYTEST ARGUMENT...]: all tests, from units to deployments of their own."""
    python = python_with(session, DEVELOPMENT_LOCK)
    session.run(python, "-m", "pytest", *session.posargs, external=True)


@developer()
def lint(session: nox.Session) -> None:
    """Check style, types, complexity, imports and Terraform sources; change nothing."""
    python = python_with(session, DEVELOPMENT_LOCK)
    run = partial(session.run, python, "-m", external=True)
    run("ruff", "check")
    run("ruff", "format", "--check")
    run("mypy", "noxfile.py", "tooling", "lambdas", "tests")
    # Ruff's C901 counts branches; radon counts what and, or and comprehensions hide as well. Its
    # grade C begins at 11. It only prints, whatever it finds.
    radon = ("radon", "cc", "--show-complexity", "--min", "C", "noxfile.py", "tooling", "lambdas")
    if too_complex := run(*radon, silent=True):
        session.error(f"Above a complexity of 10:\n{too_complex}")
    session.run(
        str(Path(python).with_name("lint-imports")),
        env={"PYTHONPATH": os.pathsep.join((".", "lambdas"))},
        external=True,
    )
    run("tooling.terraform.lint")


@developer(default=False)
def format(session: nox.Session) -> None:  # noqa: A001 - the session's name
    """Format Python and Terraform sources, and fix what ruff can."""
    python = python_with(session, DEVELOPMENT_LOCK)
    run = partial(session.run, python, "-m", external=True)
    run("ruff", "check", "--fix-only", "--quiet")
    run("ruff", "format")
    run("tooling.terraform.lint", "--fix")


@developer(default=False)
def benchmark(session: nox.Session) -> None:
    """NAME [--json]: measure; without a name it lists what can be measured."""
    python = python_with(session, DEVELOPMENT_LOCK)
    command = (python, "-m", "tests.benchmarks", *session.posargs)
    session.run(*command, external=True, stderr=sys.stderr)  # as for run_tooling


@developer(default=False)
def lock(session: nox.Session) -> None:
    """Rebuild all requirement locks from their .in files."""
    python = python_with(session, DEVELOPMENT_LOCK)
    as_tooling = ("--constraint", TOOLING_LOCK)
    for source, *options in (
        (BUILD_LOCK,),
        (TOOLING_LOCK,),
        (DEVELOPMENT_LOCK, *as_tooling),
        (".ci/requirements.lock", "--constraint", DEVELOPMENT_LOCK),
        ("tooling/scanning/requirements.lock",),
        ("tooling/reference/requirements.lock", "--no-deps"),
        ("tests/benchmarks/images/requirements.lock",),
        ("tests/benchmarks/images/build-requirements.lock", "--constraint", BUILD_LOCK),
        ("lambdas/functions/api/requirements.lock", *as_tooling),
        ("lambdas/functions/processor/requirements.lock", *as_tooling),
        ("lambdas/functions/purger/requirements.lock", *as_tooling),
    ):
        session.run(
            *(python, "-m", "uv", "pip", "compile", "--quiet"),
            *("--universal", "--python-version", "3.11"),
            *("--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate"),
            *options,
            *("--output-file", source, source.replace(".lock", ".in"), *session.posargs),
            external=True,
        )
