"""The operator's commands: ``nox -l`` lists them, ``nox -s deploy -- dev`` runs one.

Each session is a line or two; the work is in ``tooling`` and ``python -m tooling`` does the same.
"""

from __future__ import annotations

import fcntl
import hashlib
import sys
from functools import partial
from pathlib import Path

import nox

nox.options.sessions = ["lint", "test"]

TOOLING_LOCK = "tooling/requirements.lock"
DEVELOPMENT_LOCK = "tests/requirements.lock"
MINIMUM_PYTHON = (3, 11)
# Ctrl-C is for the command: it lets Terraform finish what is under way, which nox must wait for.
PATIENCE_SECONDS = 900.0

# Sessions share environments made by python_with(): one for the operator, one for developers.
operator = partial(nox.session, python=False, default=False)
developer = partial(nox.session, python=False)


def python_with(session: nox.Session, lock: str) -> str:
    """Return the interpreter of an environment that holds what `lock` names, made once."""
    if sys.version_info < MINIMUM_PYTHON:
        session.error("Python 3.11 or newer is needed; run nox with one.")
    # A changed lock gets a new folder: the embedded AWS may still be running from the old one.
    digest = hashlib.sha256(Path(lock).read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = Path(".nox", f"{Path(lock).parent.name}-{digest}").resolve()
    python, installed = folder / "bin" / "python", folder / "installed"
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # two commands at once: one installs, one finds it there
        if not installed.exists():
            session.log(f"Installing {lock}; this happens once.")
            run = partial(session.run, external=True, silent=True)
            run(sys.executable, "-m", "virtualenv", "--quiet", "--clear", str(folder))
            run(str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock)
            installed.touch()
    return str(python)


def run_tooling(session: nox.Session, *arguments: str) -> None:
    """Run one command of the tooling with the session's own arguments behind it."""
    session.run(
        *(python_with(session, TOOLING_LOCK), "-m", "tooling", *arguments, *session.posargs),
        external=True,
        stderr=sys.stderr,  # else nox mixes it into standard output, where scripts read --json
        interrupt_timeout=PATIENCE_SECONDS,
        terminate_timeout=PATIENCE_SECONDS,
    )


@operator()
def deploy(session: nox.Session) -> None:
    """ENV: build, plan, scan, apply and smoke-test an environment."""
    run_tooling(session, "deploy")


@operator()
def plan(session: nox.Session) -> None:
    """ENV: show what deploy would change."""
    run_tooling(session, "plan")


@operator()
def smoke(session: nox.Session) -> None:
    """ENV: send a picture through the front door of a deployed environment."""
    run_tooling(session, "smoke")


@operator()
def outputs(session: nox.Session) -> None:
    """ENV: show names, ARNs, URLs and the release of a deployed environment."""
    run_tooling(session, "outputs")


@operator()
def promote(session: nox.Session) -> None:
    """FROM TO: bring the release that runs in FROM to TO, through all gates."""
    run_tooling(session, "promote")


@operator()
def rollback(session: nox.Session) -> None:
    """ENV [RELEASE]: bring back a release that worked there, and hold promotions."""
    run_tooling(session, "rollback")


@operator(name="release-hold")
def release_hold(session: nox.Session) -> None:
    """ENV: lift the hold that a rollback has set."""
    run_tooling(session, "release-hold")


@operator()
def status(session: nox.Session) -> None:
    """Show what runs where, how it is, and what a promotion would bring."""
    run_tooling(session, "status")


@operator()
def history(session: nox.Session) -> None:
    """ENV [--steps|--verify]: who brought what there, how it ended and why."""
    run_tooling(session, "history")


@operator()
def diff(session: nox.Session) -> None:
    """FROM TO: what differs between two environments."""
    run_tooling(session, "diff")


@operator()
def upload(session: nox.Session) -> None:
    """ENV FILE...: upload pictures or folders and print their URLs."""
    run_tooling(session, "upload")


@operator()
def token(session: nox.Session) -> None:
    """ENV [NAME]: print an access token to call the API with by hand."""
    run_tooling(session, "token")


@operator()
def user(session: nox.Session) -> None:
    """ENV add NAME [--admin], ENV ls, ENV rm NAME: who may call the API."""
    run_tooling(session, "user")


@operator()
def ls(session: nox.Session) -> None:
    """ENV: list images, newest first."""
    run_tooling(session, "ls")


@operator()
def get(session: nox.Session) -> None:
    """ENV IMAGE_ID...: download originals or renditions and check them."""
    run_tooling(session, "get")


@operator()
def rm(session: nox.Session) -> None:
    """ENV IMAGE_ID... [--yes]: put images into the trash; asks first."""
    run_tooling(session, "rm")


@operator()
def restore(session: nox.Session) -> None:
    """ENV IMAGE_ID...: take images out of the trash again."""
    run_tooling(session, "restore")


@operator()
def inspect(session: nox.Session) -> None:
    """FILE...: what the processor would make of files, without AWS."""
    run_tooling(session, "inspect")


@operator()
def destroy(session: nox.Session) -> None:
    """ENV [--yes]: remove an environment with everything in it; asks first."""
    run_tooling(session, "destroy")


@operator()
def package(session: nox.Session) -> None:
    """Build the functions' zips for Lambda and for the embedded AWS."""
    run_tooling(session, "package")


@operator()
def render(session: nox.Session) -> None:
    """ENV: print the Terraform variables that an environment file makes."""
    run_tooling(session, "render")


@operator()
def scan(session: nox.Session) -> None:
    """[ENV]: run checkov over the Terraform sources and the plan of each environment."""
    run_tooling(session, "scan")


@operator()
def docs(session: nox.Session) -> None:
    """Render the API's OpenAPI document into results/docs/index.html."""
    run_tooling(session, "docs")


@operator()
def emulator(session: nox.Session) -> None:
    """Start, stop, reset the embedded AWS of this checkout, or say its status."""
    run_tooling(session, "emulator")


@operator()
def redrive(session: nox.Session) -> None:
    """ENV [--dry-run]: show the dead letters and why they are, and send them again."""
    run_tooling(session, "redrive")


@operator()
def audit(session: nox.Session) -> None:
    """ENV [--repair]: compare objects, renditions and rows, and mend what differs."""
    run_tooling(session, "audit")


@operator()
def reprocess(session: nox.Session) -> None:
    """ENV [--all]: bring images up to the renditions that would be made today."""
    run_tooling(session, "reprocess")


@operator()
def recover(session: nox.Session) -> None:
    """ENV: bring back deleted originals, and rows from a restored copy of the table."""
    run_tooling(session, "recover")


@operator()
def unlock(session: nox.Session) -> None:
    """ENV LOCK_ID: lift the state lock that a killed run left."""
    run_tooling(session, "unlock")


@developer()
def test(session: nox.Session) -> None:
    """[PYTEST ARGUMENT...]: all tests, from units to deployments of their own."""
    python = python_with(session, DEVELOPMENT_LOCK)
    session.run(python, "-m", "pytest", *session.posargs, external=True)


@developer()
def lint(session: nox.Session) -> None:
    """Check style, types and the Terraform sources; change nothing."""
    python = python_with(session, DEVELOPMENT_LOCK)
    run = partial(session.run, python, "-m", external=True)
    run("ruff", "check")
    run("ruff", "format", "--check")
    run("mypy", "noxfile.py", "tooling", "lambdas", "tests")
    run("tooling.terraform.lint")


@developer(default=False)
def benchmark(session: nox.Session) -> None:
    """NAME [--json]: measure; without a name it lists what can be measured."""
    python = python_with(session, DEVELOPMENT_LOCK)
    command = (python, "-m", "tests.benchmarks", *session.posargs)
    session.run(*command, external=True, stderr=sys.stderr)  # as for run_tooling


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Make all requirement locks anew from their .in files."""
    session.install("uv==0.13.9")  # the one session with an environment of nox's own
    for source, constraint in (
        (TOOLING_LOCK, None),
        (DEVELOPMENT_LOCK, TOOLING_LOCK),
        ("tooling/scanning/requirements.lock", None),
        ("tests/benchmarks/images/requirements.lock", None),
        ("lambdas/functions/api/requirements.lock", TOOLING_LOCK),
        ("lambdas/functions/processor/requirements.lock", TOOLING_LOCK),
        ("lambdas/functions/purger/requirements.lock", TOOLING_LOCK),
    ):
        session.run(
            *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
            *("--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate"),
            *(("--constraint", constraint) if constraint else ()),
            *("--output-file", source, source.replace(".lock", ".in"), *session.posargs),
        )
