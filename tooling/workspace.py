"""Folders on this machine: the checkout, state, caches."""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
import tomllib
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tooling.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER_ALONE = 0o700
OTHERS = stat.S_IRWXG | stat.S_IRWXO
# Keys, state, plans and images are readable by their owner alone.
PRIVATE_UMASK = OTHERS
STATE_VARIABLE = "MEDIA_STATE_DIR"
CACHE_VARIABLE = "MEDIA_CACHE_DIR"


@dataclass(frozen=True)
class Workspace:
    """The folders that commands read and write.

    Parameters
    ----------
    root : Path
        The checkout.
    state : Path
        What belongs to the environments of this machine: the embedded AWS with its objects,
        rendered configuration, plans. Losing it loses the embedded AWS.
    cache : Path
        Files that can be recreated at any time: zips, wheels, the scanner's environment.
    """

    root: Path
    state: Path
    cache: Path

    @classmethod
    def from_process(cls) -> Workspace:
        """Return the workspace of this checkout, moved where the environment variables say.

        ``MEDIA_STATE_DIR`` and ``MEDIA_CACHE_DIR`` replace ``.state`` and ``.cache``. Both are
        closed to others, should they be there and open: one holds keys and images, the other
        code that is run and deployed.

        Raises
        ------
        OperatorError
            One of them belongs to another user.
        """
        root = Path(__file__).resolve().parent.parent
        state = Path(os.environ.get(STATE_VARIABLE) or root / ".state").resolve()
        cache = Path(os.environ.get(CACHE_VARIABLE) or root / ".cache").resolve()
        close_if_there(state)
        close_if_there(cache)
        return cls(root=root, state=state, cache=cache)

    @property
    def version(self) -> str:
        """The version of this checkout, as pyproject.toml and CHANGELOG.md name it."""
        text = (self.root / "pyproject.toml").read_text(encoding="utf-8")
        return str(tomllib.loads(text)["project"]["version"])

    @property
    def environments(self) -> Path:
        """The folder of the environment files."""
        return self.root / "environments"

    @property
    def terraform(self) -> Path:
        """The folder of the root module."""
        return self.root / "terraform"

    @property
    def foundation(self) -> Path:
        """The folder of the module that holds the state and artifact buckets."""
        return self.terraform / "foundation"

    @property
    def github(self) -> Path:
        """The folder of the module that makes the roles of GitHub's workflows."""
        return self.terraform / "github"

    @property
    def lambdas(self) -> Path:
        """The folder of the functions and of the domain they share."""
        return self.root / "lambdas"

    @property
    def results(self) -> Path:
        """The folder of reports for other programs, such as SARIF."""
        return self.root / "results"

    def identity(self) -> str:
        """Return the random id of the state folder, stable for as long as the folder exists."""
        path = self.state / "workspace-id"
        make_private(self.state)
        with suppress(FileExistsError), path.open("x", encoding="ascii") as file:
            file.write(secrets.token_hex(16))
        return path.read_text(encoding="ascii")

    def environment_state(self, name: str) -> Path:
        """Return the folder of one environment's rendered files, made if it is missing."""
        folder = make_private(self.state) / "environments" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @contextmanager
    def alone_in(self, name: str, work: str = "deployment") -> Iterator[None]:
        """Lock an environment against other runs of this checkout, which share its saved plan.

        Parameters
        ----------
        name : str
            The environment.
        work : str
            A name for work that conflicts only with other work of that name.

        Raises
        ------
        OperatorError
            Another run is at work there.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(
                    locked(self.environment_state(name) / f"{work}.lock", wait=False)
                )
            except BlockingIOError as error:
                raise OperatorError(
                    f"Another run is at work in {name}; nothing was done.",
                    reason="Two runs would write into the same files.",
                    remedy="Wait until it ends, then run the same command again.",
                ) from error
            yield


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a lock on a file; create the file if it is missing, keep its content.

    The kernel releases it when the process ends, however it ends.

    Raises
    ------
    BlockingIOError
        Another process or thread holds it, and `wait` is false.
    """
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def make_private(folder: Path) -> Path:
    """Create a folder with mode 0700, or set that mode on an existing one; return it.

    Raises
    ------
    OperatorError
        It belongs to another user, who could read and change its content.
    """
    folder.mkdir(mode=OWNER_ALONE, parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid != os.geteuid():
        raise OperatorError(
            f"{folder} belongs to another user of this machine; nothing was written there.",
            reason="The owner of a folder can read and change everything in it.",
            remedy="Name a folder of your own in MEDIA_STATE_DIR and MEDIA_CACHE_DIR, or unset "
            "them.",
        )
    if found.st_mode & OTHERS:
        folder.chmod(OWNER_ALONE)
    return folder


def close_if_there(folder: Path) -> None:
    """Set mode 0700 on an existing folder that an earlier version left open."""
    if folder.exists():
        make_private(folder)
