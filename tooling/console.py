"""What the operator sees: steps, tables, progress, and the end of a failed command."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.markup import escape
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tooling.errors import OperatorError

# Where output goes to a file there is no screen to fit.
TABLE_WIDTH = 100


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
        Whether nothing is told: of work that is done beside other work, which shows its progress.
    """

    json_wanted: bool = False
    quiet: bool = False
    out: Console = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "out", _console(stderr=self.json_wanted, quiet=self.quiet))

    def say(self, text: str, *, style: str = "") -> None:
        """Print one line."""
        self.out.print(escape(text), style=style or None)

    def step(self, title: str) -> None:
        """Announce what is done next."""
        self.out.print(f"[bold cyan]==>[/] [bold]{escape(title)}[/]")

    def done(self, text: str, began: float | None = None) -> None:
        """Say how a step ended, and how long it took since `began` (monotonic seconds)."""
        took = f" [dim]({monotonic() - began:.1f} s)[/]" if began is not None else ""
        self.out.print(f"    {escape(text)}{took}")

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """Show that something goes on that has no parts to count."""
        if self.out.is_terminal:
            with self.out.status(f"[dim]{escape(text)}[/]"):
                yield
        else:
            self.done(f"{text} ...")
            yield

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print a table that fits the screen; long cells go on in the next line."""
        width = self.out.width if self.out.is_terminal else TABLE_WIDTH
        self._print(title, columns, rows, width)

    def wide_table(
        self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
    ) -> None:
        """Print a table whose lines stay in one piece each, so that URLs can be copied."""
        lines = [list(columns), *([str(cell) for cell in row] for row in rows)]
        *widths, _ = (max(len(line[i]) for line in lines) for i in range(len(columns)))
        self.out.print(f"\n[bold]{escape(title)}[/]")
        for number, (*cells, last) in enumerate(lines):
            padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
            self.say("  " + "  ".join([*padded, last]), style="" if number else "bold")
        self.out.print()

    def _print(
        self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], width: int
    ) -> None:
        table = Table(title=title or None, title_justify="left", title_style="bold", box=box.SIMPLE)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(escape(str(cell)) for cell in row))
        _console(stderr=self.out.stderr, width=width, quiet=self.quiet).print(table)

    def document(self, value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """Write a JSON document to standard output."""
        sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")

    def line(self, value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """Write a JSON document of one line to standard output, at once."""
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()

    @contextmanager
    def progress(self, title: str, total: int | None) -> Iterator[ProgressLine]:
        """Show a bar while work goes on; where no terminal is, each finished part is a line."""
        bar = Progress(
            TextColumn("    {task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[now]}[/]"),
            console=self.out,
            transient=True,
            disable=not self.out.is_terminal,
        )
        with bar:
            task = bar.add_task(title, total=total, now="")
            yield ProgressLine(self, bar, task)

    @contextmanager
    def transfer(self, title: str, total_bytes: int | None) -> Iterator[Callable[[int], None]]:
        """Show a bar while bytes come in; yield what counts them. Nothing where no terminal is."""
        bar = Progress(
            TextColumn("    {task.description}"),
            BarColumn(bar_width=24),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=self.out,
            transient=True,
            disable=not self.out.is_terminal,
        )
        with bar:
            task = bar.add_task(escape(title), total=total_bytes)
            yield lambda count: bar.advance(task, count)

    def failure(self, error: OperatorError) -> None:
        """Tell what happened, why, and what to do."""
        console = _console(stderr=True)
        console.print(f"[bold red]Failed:[/] {escape(error.what)}")
        for line in error.reason.splitlines():
            console.print(f"  {escape(line)}")
        if error.remedy:
            console.print(f"[bold]What to do:[/] {escape(error.remedy)}")


@dataclass(frozen=True)
class ProgressLine:
    """One bar of :meth:`Screen.progress`."""

    screen: Screen
    bar: Progress
    task: Any

    def now(self, text: str) -> None:
        """Show what is under way."""
        self.bar.update(self.task, now=escape(text))

    def note(self, text: str) -> None:
        """Leave a line above the bar."""
        self.bar.console.print(f"    {escape(text)}", style="dim")

    def advance(self, text: str = "") -> None:
        """Count one part as finished, and leave a line about it if there is a text."""
        self.bar.advance(self.task)
        if text:
            self.note(text)
