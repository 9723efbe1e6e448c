"""Every command by name, with what it takes and does: what nox and ``--help`` list.

It needs nothing but the standard library, since nox reads it before anything is installed, and says
which module holds a command, so that only that one is imported when the command runs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One command of the operator.

    Parameters
    ----------
    name : str
        What is typed.
    module : str
        The module of this package that holds it.
    takes : str
        Its arguments; empty where it takes none.
    does : str
        What it does, in lower case and without a full stop.
    """

    name: str
    module: str
    takes: str
    does: str

    @property
    def sentence(self) -> str:
        """What it does, as a sentence."""
        return f"{self.does[0].upper()}{self.does[1:]}."

    @property
    def summary(self) -> str:
        """What it takes and does."""
        return f"{self.takes}: {self.does}." if self.takes else self.sentence


COMMANDS = (
    Command("deploy", "environments", "ENV", "build, plan, scan, apply and smoke-test"),
    Command("plan", "environments", "ENV", "show what deploy would change"),
    Command("smoke", "environments", "ENV", "send an image through a deployed environment"),
    Command("outputs", "environments", "ENV", "show names, ARNs, URLs and the release that runs"),
    Command(
        "promote", "promotion", "FROM TO", "promote the release of FROM to TO through all gates"
    ),
    Command(
        "rollback",
        "promotion",
        "ENV [RELEASE]",
        "return to an earlier release, and hold promotions",
    ),
    Command("release-hold", "promotion", "ENV", "lift the hold that a rollback set"),
    Command("status", "history", "", "show each environment's release, health and drift"),
    Command("history", "history", "ENV", "show who changed ENV, and how it ended"),
    Command("diff", "history", "FROM TO", "show how two environments differ"),
    Command("upload", "images", "ENV FILE...", "upload images or folders and print their URLs"),
    Command("ls", "images", "ENV", "list images, newest first"),
    Command("get", "images", "ENV IMAGE_ID...", "download and verify originals or renditions"),
    Command("rm", "images", "ENV IMAGE_ID...", "move images to the trash; asks first"),
    Command("restore", "images", "ENV IMAGE_ID...", "restore images from the trash"),
    Command("inspect", "inspection", "FILE...", "show what the processor would make of files"),
    Command("user", "users", "ENV add|ls|rm [NAME]", "manage who may call the API"),
    Command("token", "users", "ENV [NAME]", "print an access token for the API"),
    Command("redrive", "repair", "ENV", "show the dead letters and send them again"),
    Command("audit", "repair", "ENV", "compare objects and rows; --repair corrects"),
    Command("reprocess", "repair", "ENV", "remake outdated renditions"),
    Command("recover", "repair", "ENV", "restore deleted originals and lost rows"),
    Command("destroy", "environments", "ENV", "delete an environment and its images; asks first"),
    Command("unlock", "environments", "ENV LOCK_ID", "remove the state lock of a killed run"),
    Command("install", "sources", "", "install what the other commands install on first use"),
    Command("package", "sources", "", "build the functions' zips"),
    Command("render", "sources", "ENV", "print the Terraform variables of an environment"),
    Command("scan", "sources", "[ENV]", "run checkov over the sources and every plan"),
    Command("docs", "sources", "", "render the API's reference into results/docs/index.html"),
    Command("emulator", "emulator", "", "start, stop, reset the embedded AWS, or use it"),
)
