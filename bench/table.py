"""What programs say of bad hives: makes docs/peers.md.

    python -m bench.table [--seconds N] [--ours]

Each program reads a hive that is cut in half, one with a cycle, a file that is no hive and one that is
missing; it is asked for a key that is not there; and its output's reader closes the pipe early.
A cell has the exit code, how much was printed, and whether anything was said on stderr. Exit status:
1 if a cell of ours is not as our exit codes promise.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NamedTuple

from bench import bad_hives, hives
from bench.tools import ABSENT_KEY, OURS, PEERS, Tool

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "peers.md"
HIVE = "ntuser-win7/NTUSER.DAT"
SECONDS = 60
LARGEST_FILE = 1 << 30
OF_THE_PROJECT = (".venv/", ".peers/", "bench/")
# What our exit codes promise: damaged 4, cannot be read at all 3, not there 1.
PROMISED = {"cut": 4, "cyclic": 4, "not a hive": 3, "missing file": 3, "absent key": 1, "closed pipe": 0}

HEAD = """# What readers say of bad hives

Made by `make peers`; not written by hand. One hive (`{hive}` of the corpus,
{size:,} bytes) in four shapes: whole; **cut** (its first half); **cyclic** (the first entry of the
root's list of subkeys points to the root); not a hive. Then a file that is missing, a key that is not
there, and a reader that closes the pipe after one line. `rc` is the exit code; what was printed is in
bytes; the limit is {seconds} s a cell. **Bold**: the exit code says that all was well, though it was
not; or the program crashed.

Ours: 0 complete, 1 not there, 3 cannot be read at all, 4 damaged. `ls`, `get` and `info` read a part: what is
damaged elsewhere is not in their verdict. `dump` says how it ended in its last record.

"""


class Cell(NamedTuple):
    """How one program ended on one input. `status` is None if it was killed for time."""

    status: int | None
    printed: int
    errors: str

    def __str__(self) -> str:
        said = self.errors.strip()
        if self.status is None:
            return f"no end in time, {size(self.printed)}"
        if self.status < 0:
            return f"**{signal.Signals(-self.status).name}**, {size(self.printed)}"
        words = [f"rc {self.status}", size(self.printed)]
        if "Traceback (most recent call last)" in said:
            raised = re.findall(r"^([\w.]*(?:[Ee]rror|Exception))\b", said, re.MULTILINE)
            words.append(f"traceback ({raised[-1]})" if raised else "traceback")
        elif not said:
            words.append("stderr empty")
        return ", ".join(words)


def size(number: int) -> str:
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if number >= unit:
            return f"{number / unit:.1f} {name}"
    return f"{number} B"


class Table:
    """Runs programs in a scratch folder, with limits on time and on what they may write."""

    def __init__(self, shapes: bad_hives.Shapes, folder: Path, seconds: float) -> None:
        self.shapes = shapes
        self.folder = folder
        self.seconds = seconds

    def row(self, tool: Tool) -> dict[str, Cell | None]:
        """All cells of one program; None where it cannot be asked."""
        return {
            "cut": self.run(self.command(tool.read, self.shapes.cut)),
            "cyclic": self.run(self.command(tool.read, self.shapes.cyclic)),
            "not a hive": self.run(self.command(tool.read, self.shapes.not_a_hive)),
            "missing file": self.run(self.command(tool.read, self.shapes.missing)),
            "absent key": self.run(self.command(tool.key, self.shapes.good)) if tool.key else None,
            "closed pipe": self.run(self.command(tool.read, self.shapes.good), close_early=True),
        }

    def command(self, template: Sequence[str], hive: Path) -> list[str]:
        out = self.folder / "out"
        if out.is_dir():
            shutil.rmtree(out)
        out.unlink(missing_ok=True)
        words = [word.format(hive=hive, key=ABSENT_KEY, out=out) for word in template]
        return [str(ROOT / word) if word.startswith(OF_THE_PROJECT) else word for word in words]

    def run(self, command: list[str], *, close_early: bool = False) -> Cell:
        child = subprocess.Popen(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": ""},
            preexec_fn=limit_files,
        )
        assert child.stdout is not None
        assert child.stderr is not None
        errors = Drain(child.stderr, keep=1 << 20)
        if close_early:
            first = child.stdout.readline()
            child.stdout.close()
            printed = len(first)
            status = self.wait(child)
        else:
            output = Drain(child.stdout, keep=0)
            status = self.wait(child)
            output.join()
            printed = output.size
        errors.join()
        out = self.folder / "out"
        if out.is_file():
            printed += out.stat().st_size
        return Cell(status, printed, errors.text())

    def wait(self, child: subprocess.Popen[bytes]) -> int | None:
        try:
            return child.wait(self.seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:  # also when we are interrupted: some peers never end by themselves
            if child.poll() is None:
                child.kill()
                child.wait()


class Drain(threading.Thread):
    """Reads a pipe to its end, counts, and keeps the first `keep` bytes."""

    def __init__(self, pipe: IO[bytes], *, keep: int) -> None:
        super().__init__(daemon=True)
        self.pipe = pipe
        self.keep = keep
        self.size = 0
        self.kept = b""
        self.start()

    def run(self) -> None:
        while block := self.pipe.read(1 << 16):
            self.size += len(block)
            if len(self.kept) < self.keep:
                self.kept += block
        self.pipe.close()

    def text(self) -> str:
        return self.kept.decode(errors="replace")


def limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


def is_there(tool: Tool) -> bool:
    program = tool.read[0]
    return shutil.which(program) is not None or (ROOT / program).exists()


def wrong(tool: Tool, row: dict[str, Cell | None]) -> list[str]:
    """What in a row of ours is not as promised."""
    found = []
    for column, cell in row.items():
        if cell is None:
            continue
        promised = {PROMISED[column]}
        if tool.reads_a_part and column in ("cut", "cyclic"):
            promised |= {0}
        said = cell.errors.strip()
        if cell.status not in promised:
            found.append(f"{column}: {cell}, promised rc {PROMISED[column]}")
        elif "Traceback" in said:
            found.append(f"{column}: a traceback")
        elif column == "closed pipe":
            # All may have been written before the reader closed: then the trailer says so.
            if said and not said.startswith("complete"):
                found.append(f"{column}: not quiet: {said}")
        elif not said and not tool.says_in_data:
            found.append(f"{column}: not a word on stderr")
    return found


def text_of(tool: Tool, column: str, cell: Cell | None) -> str:
    if cell is None:
        return ""
    if cell.status == 0 and PROMISED[column] != 0 and not tool.reads_a_part:
        return f"**{cell}**"
    return str(cell)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"limit for each cell ({SECONDS})")
    parser.add_argument("--ours", action="store_true", help="only our own verbs, and no page is written")
    asked = parser.parse_args(arguments)
    good = hives.folder() / HIVE
    lines = ["| program | " + " | ".join(PROMISED) + " |", "| --- |" + " --- |" * len(PROMISED)]
    skipped, bad = [], []
    with tempfile.TemporaryDirectory() as folder:
        table = Table(bad_hives.make(good, Path(folder)), Path(folder), asked.seconds)
        for tool in OURS if asked.ours else (*OURS, *PEERS):
            if not is_there(tool):
                print(f"table: SKIPPED {tool.name}: not here (see `make peers-setup`)", file=sys.stderr)
                skipped.append(tool.name)
                continue
            row = table.row(tool)
            line = " | ".join([tool.name, *(text_of(tool, column, cell) for column, cell in row.items())])
            print(line, file=sys.stderr)
            lines.append(f"| {line} |")
            if tool in OURS:
                bad += [f"{tool.name}, {problem}" for problem in wrong(tool, row)]
    if not asked.ours:
        page = HEAD.format(hive=HIVE, size=good.stat().st_size, seconds=int(asked.seconds))
        page += "\n".join(lines) + "\n"
        page += f"\nNot here when the table was made: {', '.join(skipped)}.\n" if skipped else ""
        PAGE.write_text(page, encoding="utf-8")
    for problem in bad:
        print(f"table: NOT AS PROMISED: {problem}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
