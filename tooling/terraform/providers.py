"""The source of providers: a filesystem mirror if there is one, otherwise the registry."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tooling.workspace import locked

if TYPE_CHECKING:
    from collections.abc import Iterator

REGISTRY = "registry.terraform.io"
MIRROR_VARIABLE = "TF_PLUGIN_MIRROR"


def mirror_candidates(environment: dict[str, str], opt: Path = Path("/opt")) -> list[Path]:
    """Return the folders that may be a mirror, most wanted first.

    These are ``TF_PLUGIN_MIRROR``, the folders that Terraform itself looks into when it has no
    configuration, and the folders directly under ``/opt``.
    """
    home = Path(environment.get("HOME", "/nonexistent"))
    data_home = environment.get("XDG_DATA_HOME") or home / ".local" / "share"
    named = environment.get(MIRROR_VARIABLE)
    return [
        *([Path(named)] if named else []),
        home / ".terraform.d" / "plugins",
        Path(data_home) / "terraform" / "plugins",
        Path("/usr/local/share/terraform/plugins"),
        Path("/usr/share/terraform/plugins"),
        *(sorted(path for path in opt.iterdir() if path.is_dir()) if opt.is_dir() else []),
    ]


def find_mirror(environment: dict[str, str], opt: Path = Path("/opt")) -> Path | None:
    """Return the first candidate that holds providers of the public registry, if any."""
    for folder in mirror_candidates(environment, opt):
        if (folder / REGISTRY).is_dir():
            return folder
    return None


@contextmanager
def preparing(environment: dict[str, str]) -> Iterator[None]:
    """Let only one run at a time initialise with the same CLI configuration.

    Terraform's plugin cache is not safe for concurrent downloads.
    """
    configuration = environment.get("TF_CLI_CONFIG_FILE")
    if configuration is None:
        yield
        return
    with locked(Path(configuration).with_suffix(".lock")):
        yield


def write_cli_configuration(path: Path, mirror: Path | None) -> Path:
    """Write the CLI configuration that every Terraform run of the tooling uses; return `path`.

    The operator's own is left alone: it may point at nothing, or at a mirror of other things.
    """
    lines = ["disable_checkpoint = true"]
    if mirror is None:
        # Each stack has its own data folder: one download serves them all.
        plugins = path.parent / "terraform-plugins"
        plugins.mkdir(parents=True, exist_ok=True)
        lines.append(f"plugin_cache_dir = {json.dumps(str(plugins))}")
    else:
        quoted = json.dumps(str(mirror))
        held = json.dumps(
            [
                f"{REGISTRY}/{provider.relative_to(mirror / REGISTRY)}"
                for provider in sorted((mirror / REGISTRY).glob("*/*"))
            ]
        )
        lines += [
            "provider_installation {",
            f"  filesystem_mirror {{\n    path    = {quoted}\n    include = {held}\n  }}",
            f"  direct {{\n    exclude = {held}\n  }}",
            "}",
        ]
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "\n".join(lines) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != content:
        scratch = path.with_name(f"{path.name}.{os.getpid()}")
        scratch.write_text(content, encoding="utf-8")
        scratch.replace(path)
    return path
