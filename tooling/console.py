"""What the operator sees: steps, tables, progress, and the end of a failed command."""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tooling.errors import OperatorError

# Output to a file has no screen to fit.
TABLE_WIDTH = 100
# What JSON may hold as it is, and a terminal may act on or be deceived by.
NOT_ASCII = re.compile(r"[\x7f-\U0010ffff]")


def printable(text: str) -> str:
    """Return a single-line text with control and unprintable characters escaped.

    Titles, ledgers, states and answers are other people's: an escape sequence or a turned writing
    direction in them would write what they like over what the operator reads.
    """
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in text
    )


def printable_lines(text: str) -> str:
    """Return the same of a text of several lines."""
    return "\n".join(printable(line) for line in text.expandtabs().split("\n"))


def _text(text: str, style: str = "") -> Text:
    """Return what is shown of a text; nothing in it is read as markup."""
    return Text(printable_lines(text), style=style)


def _json(value: Any, indent: int | None = None) -> str:  # noqa: ANN401 - whatever JSON can hold
    """Return a document that is the same one on a screen: json escapes only what ASCII controls."""

    def shown(found: re.Match[str]) -> str:
        return found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1]

    return NOT_ASCII.sub(shown, json.dumps(value, indent=indent, ensure_ascii=False))


def _console(*, stderr: bool = False, width: int | None = None, quiet: bool = False) -> Console:
    return Console(
        stderr=stderr,
        highlight=False,
        soft_wrap=width is None,
        width=width,
        quiet=quiet,
        force_terminal=False if quiet else None,
    )


@dataclass(frozen=True)
class Screen:
    """Prints for a person, or, where a script reads, keeps standard output for the one document.

    Parameters
    ----------
    json_wanted : bool
        Whether standard output belongs to a JSON document; all else then goes to standard error.
    quiet : bool
        Whether to print nothing, for work beside other work that shows progress.
    """

    json_wanted: bool = False
    quiet: bool = False
    out: Console = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "out", _console(stderr=self.json_wanted, quiet=self.quiet))

    def say(self, text: str, *, style: str = "") -> None:
        """Print one line."""
        self.out.print(_text(text, style))

    def step(self, title: str) -> None:
        """Announce the next step."""
        self.out.print(Text("==> ", "bold cyan") + _text(title, "bold"))

    def done(self, text: str, began: float | None = None) -> None:
        """Print the end of a step, with the time since `began` (monotonic seconds)."""
        took = f" ({monotonic() - began:.1f} s)" if began is not None else ""
        self.out.print(Text("    ") + _text(text) + Text(took, "dim"))

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """Show that work without countable parts is in progress."""
        if self.out.is_terminal:
            with self.out.status(_text(text, "dim")):
                yield
        else:
            self.done(f"{text} ...")
            yield

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print a table that fits the screen; long cells wrap."""
        width = self.out.width if self.out.is_terminal else TABLE_WIDTH
        self._print(title, columns, rows, width)

    def wide_table(
        self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
    ) -> None:
        """Print a table without wrapping, so that URLs can be copied."""
        lines = [list(columns), *([printable(str(cell)) for cell in row] for row in rows)]
        *widths, _ = (max(len(line[i]) for line in lines) for i in range(len(columns)))
        self.out.print(Text("\n") + _text(title, "bold"))
        for number, (*cells, last) in enumerate(lines):
            padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
            self.say("  " + "  ".join([*padded, last]), style="" if number else "bold")
        self.out.print()

    def _print(
        self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], width: int
    ) -> None:
        table = Table(title=_text(title) if title else None, title_justify="left", box=box.SIMPLE)
        table.title_style = "bold"
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(_text(str(cell)) for cell in row))
        _console(stderr=self.out.stderr, width=width, quiet=self.quiet).print(table)

    def document(self, value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """Write a JSON document to standard output."""
        sys.stdout.write(_json(value, indent=2) + "\n")

    def line(self, value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """Write a JSON document of one line to standard output, at once."""
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()

    @contextmanager
    def progress(self, title: str, total: int | None) -> Iterator[ProgressLine]:
        """Show a progress bar; without a terminal, print a line for each finished part."""
        bar = Progress(
            TextColumn("    {task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[now]}", style="dim", markup=False),
            console=self.out,
            transient=True,
            disable=not self.out.is_terminal,
        )
        with bar:
            task = bar.add_task(printable(title), total=total, now="")
            yield ProgressLine(self, bar, task)

    @contextmanager
    def transfer(self, title: str, total_bytes: int | None) -> Iterator[Callable[[int], None]]:
        """Show a bar while bytes come in; yield what counts them. Nothing where no terminal is."""
        bar = Progress(
            TextColumn("    {task.description}", markup=False),
            BarColumn(bar_width=24),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=self.out,
            transient=True,
            disable=not self.out.is_terminal,
        )
        with bar:
            task = bar.add_task(printable(title), total=total_bytes)
            yield lambda count: bar.advance(task, count)

    def failure(self, error: OperatorError) -> None:
        """Print what happened, why, and what to do."""
        console = _console(stderr=True)
        console.print(Text("Failed: ", "bold red") + _text(error.what))
        for line in error.reason.splitlines():
            console.print(Text("  ") + _text(line))
        if error.remedy:
            console.print(Text("What to do: ", "bold") + _text(error.remedy))


@dataclass(frozen=True)
class ProgressLine:
    """One bar of :meth:`Screen.progress`."""

    screen: Screen
    bar: Progress
    task: Any

    def now(self, text: str) -> None:
        """Show what is under way."""
        self.bar.update(self.task, now=printable(text))

    def note(self, text: str) -> None:
        """Leave a line above the bar."""
        self.bar.console.print(Text("    ") + _text(text, "dim"))

    def advance(self, text: str = "") -> None:
        """Count one part as finished, and leave a line about it if there is a text."""
        self.bar.advance(self.task)
        if text:
            self.note(text)


def ask(question: str) -> str:
    """Return what the operator types; an empty text without a terminal."""
    try:
        return input(f"{question} ").strip()
    except EOFError:
        return ""


def flatten(value: object, path: str = "") -> list[tuple[str, str]]:
    """Return ``(dotted name, text)`` pairs of a nested document."""
    if isinstance(value, dict):
        return [
            pair
            for name, entry in sorted(value.items())
            for pair in flatten(entry, f"{path}.{name}" if path else str(name))
        ]
    if isinstance(value, list):
        return [pair for i, entry in enumerate(value) for pair in flatten(entry, f"{path}[{i}]")]
    return [(path, str(value))]
