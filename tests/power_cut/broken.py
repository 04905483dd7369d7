"""The journal with one rule of the protocol broken, each time another one: a proof that does not notice proves nothing.

A break is a text of journal.py that is replaced; that text must be there, once.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from hiveguard.regf import journal
from hiveguard.regf.journal import Journal

BREAKS: dict[str, tuple[tuple[str, str], ...]] = {
    "an entry is not synced": (
        ("        disk.write(part, at, entry)\n        disk.sync(part)\n", "        disk.write(part, at, entry)\n"),
    ),
    "the marking is not synced": (
        ("        self._disk.sync(Part.PRIMARY)\n        self._is_marked = True", "        self._is_marked = True"),
    ),
    "the primary is not marked": (
        ("        if not self._is_marked:\n            self._mark()\n\n    def", "\n    def"),
    ),
    "pages are not synced before the header": (
        ("        disk.sync(Part.PRIMARY)\n        number =", "        number ="),
    ),
    "the header of a reconcile is not synced": (
        ("        disk.sync(Part.PRIMARY)\n        self._start_over", "        self._start_over"),
    ),
    "the file is cut off before the header counts": (
        (
            "        disk.sync(Part.PRIMARY)\n        number =",
            "        disk.resize(Part.PRIMARY, end)\n        disk.sync(Part.PRIMARY)\n        number =",
        ),
    ),
    "numbers come from the header only": (
        ("{part: _numbers(log) for part, log in zip(_OTHER, logs)}", "dict.fromkeys(_OTHER, [0][:0])"),
    ),
    "entries are spread over both logs": (
        ("        part = self._next_log if self._log is None else self._log\n", "        part = self._next_log\n"),
        (
            "        self._log, self._log_end, self._highest = part, at + len(entry), number\n",
            "        self._log, self._log_end, self._highest = part, at + len(entry), number\n"
            "        self._next_log, self._log = _OTHER[part], None\n",
        ),
    ),
    "a failed reconcile does not mark again": (
        ("        self._is_marked = False  # from here on it may look clean on disk, whatever comes of it\n", ""),
    ),
    "pages change while the header looks clean": (
        ("        if not self._is_marked:\n            # While", "        if False:\n            # While"),
    ),
    "what a log held before is kept": (("            disk.resize(part, at)\n", ""),),
    "a dead writer's log is not synced": (
        ("                    self._disk.sync(part)\n", "                    pass\n"),
    ),
    "a dead writer's header is not synced": (("        if not self._is_on_disk:", "        if False:"),),
    "a log goes on where the other one ended": (
        ("number = (self._highest + 1 + begins)", "number = (self._highest + 1)"),
    ),
    "the header is written before the pages": (
        (
            "        for start, run in _runs(self._pending, self._bins_size):\n"
            "            disk.write(Part.PRIMARY, L.BASE_BLOCK_SIZE + start, run)\n",
            "",
        ),
        (
            "        self._start_over(header)\n        if disk",
            "        for start, run in _runs(self._pending, self._bins_size):\n"
            "            disk.write(Part.PRIMARY, L.BASE_BLOCK_SIZE + start, run)\n"
            "        disk.sync(Part.PRIMARY)\n"
            "        self._start_over(header)\n        if disk",
        ),
    ),
}


#: which of them chance finds too rarely for every day: tests/unit/regf/test_journal.py leads there
RARE = (
    "pages change while the header looks clean",
    "what a log held before is kept",
    "a dead writer's log is not synced",
    "a dead writer's header is not synced",
    "a log goes on where the other one ended",
)


def broken(name: str) -> type[Journal]:
    """The journal with that rule broken."""
    text = Path(journal.__file__).read_text("utf-8")
    for old, new in BREAKS[name]:
        assert text.count(old) == 1, f"{name}: {text.count(old)} places"
        text = text.replace(old, new)
    module = ModuleType("hiveguard.regf.broken_journal")
    module.__package__ = "hiveguard.regf"
    exec(compile(text, journal.__file__, "exec"), module.__dict__)  # our own text
    made: type[Journal] = module.Journal
    return made
