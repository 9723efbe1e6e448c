"""How the tests are spread over worker processes: the whole of them over three, a few over none.

Deployments take minutes, most of them waits, so they are made beside one another: one with all
environments, to promote in, and one of ``dev`` alone for whatever else needs AWS. Meanwhile the
third worker keeps the processor busy.
"""

from __future__ import annotations

import pytest
from xdist.workermanage import NodeManager

WORKERS = 3
# Of what takes long to make there is one for all tests that need it: they go to one worker, and
# start in this order. A unit test's `dev` is only a file and needs no checkout.
GROUPS = {
    "promotion": {"staging"},
    "deployment": {"dev", "checkout"},
    "emulator": {"cloud"},
}
# After Ctrl-C each worker removes what it has deployed.
REMOVAL_SECONDS = 300


def pytest_configure() -> None:
    NodeManager.EXIT_TIMEOUT = REMOVAL_SECONDS


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Workers pay where everything is asked for; a few tests are through before they have begun."""
    selects = config.option.keyword or config.option.markexpr
    asked_for_all = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not selects
    return WORKERS if asked_for_all else 0


@pytest.hookimpl(tryfirst=True)  # before the plugin reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests by what they share, else by file, and let the long ones come first."""
    names = list(GROUPS)
    groups = {item: _group(item) for item in items}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group or item.path.stem))
    items.sort(key=lambda item: names.index(groups[item]) if groups[item] else len(names))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to go on where groups would not hold: every worker would deploy everything."""
    if hasattr(session.config, "workerinput") and not all("@" in it.nodeid for it in session.items):
        message = "pytest-xdist does not group the tests of this pytest."
        raise pytest.UsageError(message)


def _group(item: pytest.Item) -> str:
    """Return the group of a test; nothing where it shares with its own file at most."""
    needed = set(getattr(item, "fixturenames", ()))
    return next((name for name, shared in GROUPS.items() if shared <= needed), "")
