"""TMF files from disk: single ones and folders of them. Files enter here.

Must not know: the grammar. Source: Microsoft, WDK, "Tracepdb" (one file a message GUID, all in one folder).
"""

from __future__ import annotations

import os
import stat

from ..core.errors import BadArgument, Unreadable
from .limits import TMF_BYTES_MAX, TMF_FILES_MAX
from .tmf import Tmf
from .tmf_findings import TmfFindings
from .tmf_parser import read_tmf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    TmfSource: TypeAlias = str | os.PathLike[str]

__all__ = ("load_tmf",)

_SUFFIX = ".tmf"


def load_tmf(*paths: TmfSource) -> Tmf:
    """The message formats in these files, and in all ``*.tmf`` of these folders, in order of name.

    What is odd is in the ``findings`` of the result, a file of a folder that cannot be read among it. Raises
    `Unreadable` for a path that is not there, cannot be read, or is a folder without any such file.
    """
    if not paths:
        raise BadArgument("no TMF file: name one, or a folder of them")
    findings = TmfFindings()
    return Tmf.joined(_parts(paths, findings), findings)


def _parts(paths: Iterable[TmfSource], findings: TmfFindings) -> Iterator[tuple[str, Tmf]]:
    read = 0
    for each in paths:
        try:
            path = os.fspath(each)
        except TypeError as error:
            raise BadArgument(f"a TMF file is named by its path, not by {type(each).__name__}") from error
        if not os.path.isdir(path):
            yield path, read_tmf(_content(path), path)
            continue
        names = _names(path)
        if not names:
            raise Unreadable(f"{path}: no {_SUFFIX} file is in this folder; name the one that tracepdb filled")
        for name in names:
            if read >= TMF_FILES_MAX:
                findings.add("limit-files", path, 0, f"{len(names):,} files")
                break
            read += 1
            inside = os.path.join(path, name)
            try:
                yield inside, read_tmf(_content(inside), inside)
            except Unreadable as error:
                findings.add("unreadable", inside, 0, str(error))


def _names(folder: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if name.lower().endswith(_SUFFIX))
    except OSError as error:
        raise Unreadable(f"{folder} cannot be listed: {error.strerror}", error.errno) from error


def _content(path: str) -> bytes:
    """The bytes of a regular file, one more than the bound at most."""
    try:
        # Never waits for a pipe's other end.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Unreadable(f"{path}: it is no regular file; name a TMF file")
            out = bytearray()
            while len(out) <= TMF_BYTES_MAX and (piece := file.read(TMF_BYTES_MAX + 1 - len(out))):
                out += piece
            return bytes(out)
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else None
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise Unreadable(f"{path} cannot be read: {why}; name a TMF file", number) from error
