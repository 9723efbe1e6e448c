"""``python -m tooling COMMAND``: the same commands as the nox sessions."""

from tooling.cli import main

main()
