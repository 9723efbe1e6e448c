"""``install``: everything that commands otherwise install on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.packaging.build import FUNCTIONS, install_packages, needs_packages
from tooling.packaging.platforms import lambda_platform
from tooling.scanning.installation import checkov_python
from tooling.terraform.binary import find_terraform

if TYPE_CHECKING:
    from tooling.console import Screen
    from tooling.workspace import Workspace


def install_everything(workspace: Workspace, screen: Screen) -> None:
    """Install Terraform, checkov, and the packages of the functions as Lambda runs them.

    Raises
    ------
    OperatorError
        One of them could not be installed, or is not what its checksum says.
    """
    screen.step("Terraform")
    screen.done(str(find_terraform(workspace.cache)))
    screen.step("checkov")
    screen.done(str(checkov_python(workspace.cache, screen)))
    platform = lambda_platform()
    screen.step(f"Packages for {platform.name}")
    for function in FUNCTIONS:
        with screen.working(
            f"fetching the packages of {function}, once"
            if needs_packages(workspace, function, platform)
            else function
        ):
            install_packages(workspace, function, platform)
        screen.done(function)
