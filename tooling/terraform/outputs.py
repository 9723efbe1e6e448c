"""An environment's Terraform outputs, typed: the record of what runs there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tooling.errors import OperatorError
from tooling.releases.release import Release
from tooling.terraform.state import state_outputs

if TYPE_CHECKING:
    from tooling.aws.target import Target


@dataclass(frozen=True)
class Function:
    """A deployed function.

    Parameters
    ----------
    name : str
        Its name in the account.
    version : str
        The version behind its alias.
    log_group : str
        Where it writes.
    """

    name: str
    version: str
    log_group: str


@dataclass(frozen=True)
class Outputs:
    """The outputs of one environment.

    Each is checked when it is first read: an older release has fewer of them, and so has an
    apply that never ended.

    Parameters
    ----------
    environment : str
        Whose they are; named in messages.
    values : dict
        Every output by name, as a script reads it.
    """

    environment: str
    values: dict[str, Any]

    @cached_property
    def release(self) -> Release:
        """The release of the last apply."""
        return Release.from_document(self._value("release"))

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The functions by their short names, such as ``api``."""
        found = self._value("functions")
        try:
            return {
                key: Function(entry["name"], entry["version"], entry["log_group"])
                for key, entry in found.items()
            }
        except (AttributeError, KeyError, TypeError) as error:
            raise self._unreadable("functions") from error

    @cached_property
    def alarms(self) -> tuple[str, ...]:
        """Names of all alarms, the composite over them included."""
        found = self._value("alarm_names")
        if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
            raise self._unreadable("alarm_names")
        return (*found, self._text("health_alarm_name"))

    @property
    def api_id(self) -> str:
        """Id of the HTTP API."""
        return self._text("api_id")

    @property
    def api_url(self) -> str:
        """Base URL of the HTTP API."""
        return self._text("api_url")

    @property
    def media_bucket(self) -> str:
        """Bucket of originals and renditions."""
        return self._text("media_bucket")

    @property
    def table_name(self) -> str:
        """Table of images."""
        return self._text("table_name")

    @property
    def queue_url(self) -> str:
        """Queue of uploads to process."""
        return self._text("queue_url")

    @property
    def dead_letter_queue_url(self) -> str:
        """Dead-letter queue."""
        return self._text("dead_letter_queue_url")

    @property
    def user_pool_id(self) -> str:
        """Pool of users."""
        return self._text("user_pool_id")

    @property
    def user_pool_client_id(self) -> str:
        """Client to sign in through."""
        return self._text("user_pool_client_id")

    def _text(self, name: str) -> str:
        found = self._value(name)
        if not isinstance(found, str):
            raise self._unreadable(name)
        return found

    def _value(self, name: str) -> Any:  # noqa: ANN401 - an output of any type
        if name not in self.values:
            raise OperatorError(
                f"The state of {self.environment} holds no output {name}.",
                reason="It comes from an older release, or from an apply that never finished.",
                remedy=f"Deploy or promote a release of this checkout to {self.environment}.",
            )
        return self.values[name]

    def _unreadable(self, name: str) -> OperatorError:
        return OperatorError(
            f"The output {name} of {self.environment} can't be read.",
            reason=f"It does not have the form that terraform/outputs.tf gives it: "
            f"{self.values[name]!a:.200}",
            remedy="Use the version of this tooling that wrote it.",
        )


def read_outputs(target: Target) -> Outputs | None:
    """Read the outputs from the state object; return None if nothing is deployed.

    Raises
    ------
    OperatorError
        The state is damaged, or in a format that this tooling does not know.
    """
    environment = target.environment
    outputs = Outputs(environment.name, state_outputs(target.s3, environment))
    if "release" not in outputs.values:
        return None
    _ = outputs.release  # a damaged release fails here, not later
    return outputs


def require_outputs(target: Target) -> Outputs:
    """Return the outputs of a deployed environment.

    Raises
    ------
    OperatorError
        Nothing is deployed there.
    """
    environment = target.environment
    values = state_outputs(target.s3, environment)
    if "api_url" not in values:
        name = environment.name
        raise OperatorError(
            f"Nothing is deployed in {name}.", remedy=f"Deploy it: nox -s deploy -- {name}"
        )
    return Outputs(environment.name, values)
