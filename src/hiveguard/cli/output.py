"""Where a verb's records go, in which format, and the trailer that says how it all ended.

Standard output carries data only; the trailer of text, csv and json goes to standard error, that of
jsonl is its last record. Bytes are written, never text, so that no locale can change them.
Must not know: hives, verbs. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os
import sys

from .escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import BinaryIO, TypeAlias

    from ..core.errors import NotWritten
    from .stop import Stop

    Field: TypeAlias = str | int | bool | Sequence["Field"] | Mapping[str, "Field"] | None
    Record: TypeAlias = Mapping[str, Field]

__all__ = (
    "FORMATS",
    "ClosedPipe",
    "Output",
    "json_text",
    "message",
    "print_text",
    "printable_json",
    "put_text",
    "tell",
)

FORMATS = ("text", "jsonl", "json", "csv")
#: the columns of csv that have their exact text beside them where the readable one is not it
_EXACT = ("path", "name")
_HELD = 1 << 16


class ClosedPipe(Exception):  # not an error: the reader has had enough
    """Who read our output has gone."""


def tell(text: str) -> None:
    """One line on standard error, whatever characters are in it."""
    try:
        sys.stderr.buffer.write(f"{visible(text)}\n".encode("utf-8", "backslashreplace"))
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # None where it was closed before we began
        return  # nobody can be told


def message(text: str) -> None:
    """An error or a warning: one line with our name in front."""
    tell(f"hiveguard: {text}")


def print_text(text: str) -> int:
    """A text to standard output, whatever becomes of it; returns the exit code."""
    from ..core.errors import HiveError
    from .exit_codes import of_error
    from .stop import Stop

    out = Output("text", None, Stop())
    try:
        out.write(text)
        out.finish()
    except ClosedPipe:
        return 0
    except HiveError as error:
        message(str(error))
        return of_error(error)
    return 0


def put_text(record: dict[str, Field], name: str, text: str | None) -> None:
    """A string field that any reader of JSON survives.

    What is not valid Unicode (lone surrogates) has U+FFFD in the readable field, and its exact UTF-16
    units in hex beside it, in ``name_utf16``.
    """
    record[name] = text
    if text is not None and not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            units = text.encode("utf-16-le", "surrogatepass")
            record[name] = units.decode("utf-16-le", "replace")
            record[f"{name}_utf16"] = units.hex()


_encode: Callable[[Field], str] | None = None


def json_text(field: Field) -> str:
    """JSON on one line. What does not print (C1 controls, marks that turn the writing) is ``\\u``-escaped too."""
    global _encode
    if _encode is None:  # made once: `json.dumps` makes an encoder for each call
        from json import JSONEncoder

        _encode = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    return printable_json(_encode(field))


def printable_json(text: str) -> str:
    """JSON text in which nothing can control a terminal."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _unit_escapes(character) for character in text)


def _unit_escapes(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


class Output:
    """Records to standard output, or to a file that appears under its name only when it is whole."""

    def __init__(self, kind: str, target: str | None, stop: Stop, *, force: bool = False) -> None:
        self.kind = kind
        self._stop = stop
        self._held: list[str] = []
        self._held_bytes: list[bytes] = []
        self._size = 0
        self._columns: tuple[str, ...] | None = None
        self._exact: tuple[str, ...] = ()
        self._records = 0
        self._target = target
        self._begun = False
        self.is_discarded = False
        self.is_broken = False  # something could not be written; that was told, and nothing more is
        self._temporary: str | None = None
        self._is_closed = False
        self._raw: BinaryIO
        if target is None or target == "-":
            self._target = None
            # None where standard output was closed before we began: an error as soon as there is anything to write.
            self._is_closed = sys.stdout is None
            self._raw = _nowhere() if sys.stdout is None else sys.stdout.buffer
        else:
            self._raw = self._open(target, force=force)
        if kind == "json":
            self.write("[")

    def _open(self, target: str, *, force: bool) -> BinaryIO:
        from ..core.errors import Unreadable

        if os.path.exists(target) and not force:
            raise Unreadable(f"{target}: it exists; use --force to overwrite it")
        self._temporary = f"{target}.{os.getpid()}.part"
        try:
            os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
            return open(self._temporary, "xb")
        except OSError as error:
            raise Unreadable(f"{target}: cannot be written ({error.strerror}); name another file") from None

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks at it."""
        return self._target is None and self._raw.isatty()

    @property
    def is_file(self) -> bool:
        """Whether it goes to a file that has a name."""
        return self._target is not None

    # --- writing ----------------------------------------------------------------------------

    def write(self, text: str) -> None:
        """Text as it is. Lone surrogates must be gone by now."""
        self._held.append(text)
        self._size += len(text)
        if self._size >= _HELD:
            self.flush()

    def write_encoded(self, data: bytes) -> None:
        """Bytes of an encoded text, held back until there are enough of them."""
        self._held_bytes.append(data)
        self._size += len(data)
        if self._size >= _HELD:
            self.flush()

    def write_bytes(self, data: bytes) -> None:
        """Bytes as they are."""
        self.flush()
        with self._stop:
            self._put(data)

    def preamble(self, data: bytes) -> None:
        """What stands once before everything else."""
        if not self._begun:
            self._begun = True
            self.write_bytes(data)

    def line(self, text: str) -> None:
        """One line of text for people; control characters are escaped."""
        self.write(visible(text) + "\n")

    def plain(self, text: str, width: int) -> None:
        """Text without a line end, escaped and padded."""
        self.write(f"{visible(text):<{width}}")

    def record(self, record: Record) -> None:
        """One record for machines, in the format that was asked for."""
        if self.kind == "csv":
            self._csv(record)
            return
        text = json_text(record)
        if self.kind == "json":
            self.write((",\n" if self._records else "\n") + text)
        else:
            self.write(text + "\n")
        self._records += 1

    def columns(self, names: tuple[str, ...]) -> None:
        """The columns of a csv output; fields that are not among them are left out there.

        Behind them stand ``path_utf16`` and ``name_utf16``: empty where the readable cell is the text itself.
        """
        if self._columns is None:
            self._columns = names
            if self.kind == "csv":
                self._exact = tuple(name for name in _EXACT if name in names)
                self.write(",".join((*names, *(f"{name}_utf16" for name in self._exact))) + "\n")

    def _csv(self, record: Record) -> None:
        cells = [_cell(record.get(name)) for name in self._columns or record]
        cells += [_units(record, name) for name in self._exact]
        self.write(",".join(cells) + "\n")

    def flush(self) -> None:
        """Hand over everything written so far."""
        if not self._size:
            return
        data = "".join(self._held).encode("utf-8", "backslashreplace") + b"".join(self._held_bytes)
        with self._stop:
            self._held.clear()
            self._held_bytes.clear()
            self._size = 0
            self._put(data)

    def _put(self, data: bytes) -> None:
        if self._is_closed and data:
            from ..core.errors import Unreadable

            self._is_closed = False  # told once
            raise Unreadable("standard output is closed; redirect it, or name a file with -o")
        if self.is_broken:
            return
        try:
            rest = memoryview(data)
            while rest:  # an unbuffered output (python -u) may take a part only, as when a signal comes
                rest = rest[self._raw.write(rest) :]
            if self._target is None:
                self._raw.flush()
        except BrokenPipeError:
            self._silence()
            raise ClosedPipe from None
        except OSError as error:
            raise self._broken(error) from None

    def _broken(self, error: OSError) -> NotWritten:
        from ..core.errors import NotWritten

        self.is_broken = True
        self._silence()
        where = self._target or "standard output"
        return NotWritten(f"{where}: cannot be written ({error.strerror}); make room and try again", error.errno)

    def look_for_reader(self) -> None:
        """Raise `ClosedPipe` where standard output leads nowhere any more, as writing to it would: for those who may
        have nothing to write for hours. On systems without poll(2) nobody can tell."""
        import select

        if self._target is not None or not hasattr(select, "poll"):
            return
        poll = select.poll()
        try:
            poll.register(self._raw.fileno(), 0)
        except (OSError, ValueError):
            return  # closed, or no descriptor at all
        if poll.poll(0):  # what was not asked for: the reader of a pipe, or the terminal, is gone
            self._silence()
            raise ClosedPipe

    def _silence(self) -> None:
        """Point standard output at nothing, so that the interpreter's own flush at exit stays quiet."""
        self._held.clear()
        self._held_bytes.clear()
        self._size = 0
        if self._target is None:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.close(null)

    # --- ending -----------------------------------------------------------------------------

    def finish(self) -> None:
        """End the format, and give a file its name."""
        if self.is_discarded:
            return
        if self.kind == "json":
            self.write("\n]\n" if self._records else "]\n")
        self.flush()
        if self._target is not None and self._temporary is not None and not self.is_broken:
            with self._stop:
                try:
                    self._raw.close()
                    os.replace(self._temporary, self._target)
                except OSError as error:
                    raise self._broken(error) from None
                self._temporary = None

    def discard(self) -> None:
        """Leave nothing half-written behind."""
        if self._temporary is not None:
            temporary, self._temporary = self._temporary, None
            self.is_discarded = True
            try:
                self._raw.close()
            except OSError:
                pass  # what it still held has no room: that was told when it was first tried
            try:
                os.unlink(temporary)
            except OSError as error:
                message(f"{temporary}: cannot be removed ({error.strerror}); it is the beginning of {self._target}")


def _nowhere() -> BinaryIO:
    return open(os.open(os.devnull, os.O_WRONLY), "wb", closefd=False)


def _units(record: Record, name: str) -> str:
    """The exact UTF-16 units of a field in hex, where its cell shows something else: an escape, or U+FFFD."""
    units, text = record.get(f"{name}_utf16"), record.get(name)
    if isinstance(units, str):
        return units
    return text.encode("utf-16-le").hex() if isinstance(text, str) and visible(text) != text else ""


def _cell(field: Field) -> str:
    if field is None:
        return ""
    if isinstance(field, bool):
        return "true" if field else "false"
    if isinstance(field, int):
        return str(field)
    if not isinstance(field, str):
        field = json_text(field)
    text = visible(field)
    if any(mark in text for mark in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text
