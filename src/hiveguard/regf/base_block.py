"""The base block: what the first 4096 bytes of a hive, or the first 512 of a log, say.

Must not know: where the bytes come from. Source: msuhanov/regf, "Base block".
"""

from __future__ import annotations

from struct import unpack_from

from ..core.errors import NotAHive
from . import layout as L

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .damage import Findings

__all__ = ("BaseBlock", "checksum", "describe_foreign")

#: what a file that is no hive looks like: its first bytes and what to say of it
_FOREIGN = (
    (b"\xff\xfeW\x00i\x00n\x00d\x00o\x00w\x00s\x00 \x00R\x00e\x00g", "a .reg text export"),
    (b"\xff\xfe", "a UTF-16 text file"),
    (b"Windows Registry Editor", "a .reg text export"),
    (b"REGEDIT4", "a .reg text export"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"ElfFile\x00", "an event log"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"%PDF", "a PDF"),
    (b"{", "text or JSON"),
    (b"CREG", "a Windows 95 registry file"),
)


def checksum(header: bytes) -> int:
    """XOR of the 127 words before the checksum; 0xFFFFFFFF is stored as 0xFFFFFFFE and 0 as 1."""
    total = 0
    for word in unpack_from("<127I", header):
        total ^= word
    if total == 0xFFFFFFFF:
        return 0xFFFFFFFE
    return total or 1


def describe_foreign(head: bytes) -> str:
    """What bytes that do not begin a hive look like, as a phrase."""
    if not head:
        return "it is empty"
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            return f"it looks like {what}"
    if not any(head[: L.HEADER_SIZE]):
        return "it begins with zeros"
    return f"it begins with {head[:4].hex(' ')} instead of 72 65 67 66 (regf)"


class BaseBlock:
    """The fields of a base block, as stored."""

    __slots__ = (
        "bins_size",
        "checksum_ok",
        "clustering",
        "file_type",
        "flags",
        "format",
        "last_written",
        "major",
        "minor",
        "raw",
        "root",
        "seq1",
        "seq2",
    )

    seq1: int
    seq2: int
    last_written: int
    major: int
    minor: int
    file_type: int
    format: int
    root: int
    bins_size: int
    clustering: int
    flags: int

    def __init__(self, raw: bytes) -> None:
        """Read the fields from at least 512 bytes; raises `NotAHive` when they are not a base block."""
        if len(raw) < L.HEADER_SIZE or raw[:4] != L.REGF:
            if raw[:4] == L.REGF:
                raise NotAHive(f"only {len(raw)} bytes, the base block alone has {L.BASE_BLOCK_SIZE}")
            raise NotAHive(describe_foreign(raw))
        self.raw = raw
        (
            _,
            self.seq1,
            self.seq2,
            self.last_written,
            self.major,
            self.minor,
            self.file_type,
            self.format,
            self.root,
            self.bins_size,
            self.clustering,
        ) = L.HEADER.unpack_from(raw)
        (self.flags,) = unpack_from("<I", raw, L.HEADER_FLAGS)
        self.checksum_ok = unpack_from("<I", raw, L.CHECKSUM_AT)[0] == checksum(raw)

    @property
    def is_dirty(self) -> bool:
        """Whether Windows would look at the logs: sequence numbers differ, or the checksum is wrong."""
        return self.seq1 != self.seq2 or not self.checksum_ok

    @property
    def version(self) -> str:
        """``1.5``"""
        return f"{self.major}.{self.minor}"

    @property
    def file_name(self) -> str:
        """The last 31 characters of the path that the hive once had; for information only."""
        text = self.raw[L.HEADER_NAME].decode("utf-16-le", "replace")
        return text.partition("\0")[0]

    @property
    def has_guids(self) -> bool:
        """Whether the GUID and flag area is in use (else it may hold the remains of a longer name)."""
        return self.raw[L.HEADER_GUID_SIGNATURE] == L.RMTM

    @property
    def guids(self) -> dict[str, bytes]:
        """RmId, LogId and TmId as 16 bytes each, where they are set."""
        if not self.has_guids or not any(self.raw[L.HEADER_RM_ID]):
            return {}
        return {
            "rm": self.raw[L.HEADER_RM_ID],
            "log": self.raw[L.HEADER_LOG_ID],
            "tm": self.raw[L.HEADER_TM_ID],
        }

    @property
    def last_reorganized(self) -> int:
        """FILETIME of the last reorganisation, without its two mode bits; 0 when none is noted."""
        if not self.has_guids or self.made_by_offreg:
            return 0
        (ticks,) = unpack_from("<Q", self.raw, L.HEADER_REORGANIZED)
        return int(ticks) & ~3

    @property
    def flag_names(self) -> tuple[str, ...]:
        """The names of the flags that are set, where the flags mean anything."""
        if not self.has_guids:
            return ()
        return tuple(name for bit, name in L.HEADER_FLAG_NAMES if self.flags & bit)

    @property
    def made_by_offreg(self) -> bool:
        """Whether offreg.dll made the image that this hive grew from."""
        return any(self.raw[where] == L.OFRG for where in L.HEADER_OFFREG_SIGNATURES)

    @property
    def has_old_cells(self) -> bool:
        """Versions 1.0 and 1.1: cells with a second header word, aligned to 16."""
        return self.major == L.HIVE_MAJOR and self.minor <= L.LAST_MINOR_WITH_OLD_CELLS

    @property
    def has_layered_keys(self) -> bool:
        """Whether the layered-key byte of a key node means anything."""
        return self.minor >= L.HIVE_MINOR_MAX or bool(
            self.has_guids and self.flags & L.HEADER_FLAG_LAYERED_KEYS and self.minor >= L.HIVE_MINOR_MAX - 1
        )

    def note_oddities(self, findings: Findings, file_size: int) -> None:
        """Add what is wrong with the base block itself, and with the size that it claims."""
        if not self.checksum_ok:
            findings.add("header-checksum", L.CHECKSUM_AT, base=0)
        for field, at, value, wrong in (
            ("major version", L.HEADER_MAJOR, self.major, self.major != L.HIVE_MAJOR),
            ("minor version", L.HEADER_MINOR, self.minor, self.minor > L.HIVE_MINOR_MAX),
            ("file type", L.HEADER_TYPE, self.file_type, self.file_type != L.FILE_TYPE_PRIMARY),
            ("format", L.HEADER_FORMAT, self.format, self.format != L.FORMAT_DIRECT_MEMORY_LOAD),
        ):
            if wrong:
                findings.add("header-field", at, f"{field} is {value}", base=0)
        missing = L.BASE_BLOCK_SIZE + self.bins_size - file_size
        if missing > 0:
            findings.add("file-short", L.HEADER_BINS_SIZE, f"{missing:,} bytes are missing", base=0)
