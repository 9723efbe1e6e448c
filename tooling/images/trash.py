"""``rm`` and ``restore``: moving images to the trash and restoring them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tooling.console import Screen
    from tooling.images.api_client import MediaClient


def trash_images(
    client: MediaClient, image_ids: list[str], until: datetime, screen: Screen
) -> None:
    """Move images to the trash and print until when they can be restored.

    Parameters
    ----------
    client : MediaClient
        Whose images they are.
    image_ids : list of str
        Which; one that fails does not stop the rest.
    until : datetime
        When an image that is trashed now is removed for good.
    screen : Screen
        Prints the outcomes.

    Raises
    ------
    OperatorError
        Some could not be moved there; the message gives the reasons.
    """
    moment = f"{until:%Y-%m-%d %H:%M} UTC"

    def trash(image_id: str) -> str:
        client.trash(image_id)
        return f"in the trash; can be restored until {moment}"

    _each(image_ids, trash, screen)


def restore_images(client: MediaClient, image_ids: list[str], screen: Screen) -> None:
    """Restore images from the trash; parameters and errors as for :func:`trash_images`."""

    def restore(image_id: str) -> str:
        client.restore(image_id)
        return "restored"

    _each(image_ids, restore, screen)


def _each(image_ids: list[str], do: Callable[[str], str], screen: Screen) -> None:
    faults = []
    wanted = list(dict.fromkeys(image_ids))
    for image_id in wanted:
        try:
            done, said = True, do(image_id)
        except OperatorError as error:
            done, said = False, f"{error.what} {error.reason}".strip()
            faults.append(said)
        if screen.json_wanted:
            screen.line({"image_id": image_id, "done": done, "detail": said})
        elif done:
            screen.say(f"{image_id}: {said}")
    if faults:
        raise OperatorError(
            f"{len(faults)} of {len(wanted)} images failed.",
            reason="\n".join(faults),
            remedy="Check the ids: nox -s ls -- ENV lists them.",
        )
