"""The Terraform sources of a release: the checkout's, or those of its commit."""

from __future__ import annotations

import io
import shutil
import tarfile
from typing import TYPE_CHECKING

from tooling.releases.git import git
from tooling.releases.moves import add_reverse_moves
from tooling.releases.release import terraform_digest

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.releases.release import Release
    from tooling.workspace import Workspace


def sources_of(workspace: Workspace, environment: str, release: Release) -> Path | None:
    """Return a folder with the sources that the release names, None if they are nowhere.

    Parameters
    ----------
    environment : str
        The environment they are for; several may run at once.
    """
    if terraform_digest(workspace.terraform) == release.terraform_digest:
        return workspace.terraform
    folder = workspace.environment_state(environment) / "sources" / release.terraform_digest[:16]
    sources = folder / "terraform"
    if not sources.exists() or terraform_digest(sources) != release.terraform_digest:
        shutil.rmtree(folder, ignore_errors=True)
        if not _extract(workspace.root, release.git_commit, folder):
            return None
    if terraform_digest(sources) != release.terraform_digest:
        return None
    add_reverse_moves(sources, workspace.terraform)
    return sources


def _extract(root: Path, commit: str, folder: Path) -> bool:
    """Take ``terraform/`` as it was in a commit; return whether git knows that."""
    operands = (commit.removesuffix("-dirty"), "terraform")
    archive = git(root, "archive", "--format=tar", operands=operands)
    if archive is None:
        return False
    folder.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as content:
        content.extractall(folder, filter="data")
    return True
