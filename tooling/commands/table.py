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
        What it does, in a line that goes on from its arguments.
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
    Command("promote", "promotion", "FROM TO", "bring the release of FROM to TO, past all gates"),
    Command("rollback", "promotion", "ENV [RELEASE]", "bring back a release, and hold promotions"),
    Command("release-hold", "promotion", "ENV", "lift the hold that a rollback has set"),
    Command("status", "history", "", "show what runs where and what a promotion would bring"),
    Command("history", "history", "ENV", "show who brought what there, and how it ended"),
    Command("diff", "history", "FROM TO", "show what differs between two environments"),
    Command("upload", "images", "ENV FILE...", "upload images or folders and print their URLs"),
    Command("ls", "images", "ENV", "list images, newest first"),
    Command("get", "images", "ENV IMAGE_ID...", "download originals or renditions and check them"),
    Command("rm", "images", "ENV IMAGE_ID...", "put images into the trash; asks first"),
    Command("restore", "images", "ENV IMAGE_ID...", "take images out of the trash"),
    Command("inspect", "inspection", "FILE...", "show what would become of files; needs no AWS"),
    Command("user", "users", "ENV add|ls|rm [NAME]", "manage who may call the API"),
    Command("token", "users", "ENV [NAME]", "print an access token for the API"),
    Command("redrive", "repair", "ENV", "show the dead letters and send them again"),
    Command("audit", "repair", "ENV", "compare objects, renditions and rows; --repair corrects"),
    Command("reprocess", "repair", "ENV", "make renditions again that are out of date"),
    Command("recover", "repair", "ENV", "bring back deleted originals and lost rows"),
    Command("destroy", "environments", "ENV", "remove an environment with its images; asks first"),
    Command("unlock", "environments", "ENV LOCK_ID", "lift the state lock that a killed run left"),
    Command("install", "sources", "", "install what the other commands install on first use"),
    Command("package", "sources", "", "build the functions' zips"),
    Command("render", "sources", "ENV", "print the Terraform variables of an environment"),
    Command("scan", "sources", "[ENV]", "run checkov over the sources and every plan"),
    Command("docs", "sources", "", "render the API's reference into results/docs/index.html"),
    Command("emulator", "emulator", "", "start, stop, reset the embedded AWS, or use it"),
)
