"""Security descriptors decoded: owner, group, DACL, SACL, with SID strings and SDDL; the raw bytes are kept.

Must not know: cells, who may do what. Sources: Microsoft, [MS-DTYP] "SECURITY_DESCRIPTOR", "ACL", "ACE",
"SID", and "Security Descriptor Description Language".
"""

from __future__ import annotations

from struct import unpack_from

from ..core.errors import BadArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ("Ace", "Acl", "SecurityDescriptor", "check_descriptor", "sid_text")

_SELF_RELATIVE = 0x8000
_DACL_PRESENT, _SACL_PRESENT = 0x4, 0x10
_SUB_AUTHORITIES_MOST = 15
_HEADER = 20
_MOST = 1 << 20  #: bytes of a descriptor that are read back
_ACL_REVISIONS = range(2, 5)
_ACL_HEADER = 8
_ACE_HEADER = 8  # type, flags, size, mask
_OBJECT_TYPES = frozenset((5, 6, 7, 8, 0xB, 0xC, 0xF, 0x10))
_TYPE_PRESENT, _INHERITED_TYPE_PRESENT = 0x1, 0x2

#: ACE type to its SDDL name
_ACE_TYPES = {
    0x00: "A",
    0x01: "D",
    0x02: "AU",
    0x03: "AL",
    0x05: "OA",
    0x06: "OD",
    0x07: "OU",
    0x08: "OL",
    0x09: "XA",
    0x0A: "XD",
    0x0B: "ZA",
    0x0D: "XU",
    0x11: "ML",
    0x12: "RA",
    0x13: "SP",
    0x14: "TL",
    0x15: "FL",
}
_ACE_FLAGS = ((0x01, "OI"), (0x02, "CI"), (0x04, "NP"), (0x08, "IO"), (0x10, "ID"), (0x40, "SA"), (0x80, "FA"))
#: whole access masks of keys that have a name
_KEY_RIGHTS = {0xF003F: "KA", 0x20019: "KR", 0x20006: "KW"}
_RIGHTS = (
    (0x0001, "CC"),
    (0x0002, "DC"),
    (0x0004, "LC"),
    (0x0008, "SW"),
    (0x0010, "RP"),
    (0x0020, "WP"),
    (0x0040, "DT"),
    (0x0080, "LO"),
    (0x0100, "CR"),
    (0x10000, "SD"),
    (0x20000, "RC"),
    (0x40000, "WD"),
    (0x80000, "WO"),
    (0x10000000, "GA"),
    (0x80000000, "GR"),
    (0x40000000, "GW"),
    (0x20000000, "GX"),
)
_LABEL_TYPE = 0x11
_LABEL_RIGHTS = ((0x1, "NW"), (0x2, "NR"), (0x4, "NX"))
_DACL_FLAGS = ((0x1000, "P"), (0x0100, "AR"), (0x0400, "AI"))
_SACL_FLAGS = ((0x2000, "P"), (0x0200, "AR"), (0x0800, "AI"))
#: SIDs that are the same on every machine to their SDDL names
_SID_NAMES = {
    "S-1-1-0": "WD",
    "S-1-3-0": "CO",
    "S-1-3-1": "CG",
    "S-1-3-4": "OW",
    "S-1-5-2": "NU",
    "S-1-5-4": "IU",
    "S-1-5-6": "SU",
    "S-1-5-7": "AN",
    "S-1-5-9": "ED",
    "S-1-5-10": "PS",
    "S-1-5-11": "AU",
    "S-1-5-12": "RC",
    "S-1-5-18": "SY",
    "S-1-5-19": "LS",
    "S-1-5-20": "NS",
    "S-1-5-33": "WR",
    "S-1-5-32-544": "BA",
    "S-1-5-32-545": "BU",
    "S-1-5-32-546": "BG",
    "S-1-5-32-547": "PU",
    "S-1-5-32-548": "AO",
    "S-1-5-32-549": "SO",
    "S-1-5-32-550": "PO",
    "S-1-5-32-551": "BO",
    "S-1-5-32-552": "RE",
    "S-1-5-32-554": "RU",
    "S-1-5-32-555": "RD",
    "S-1-5-32-556": "NO",
    "S-1-5-32-558": "MU",
    "S-1-5-32-559": "LU",
    "S-1-5-32-568": "IS",
    "S-1-5-32-569": "CY",
    "S-1-5-32-573": "ER",
    "S-1-5-32-574": "CD",
    "S-1-5-32-575": "RA",
    "S-1-5-32-576": "ES",
    "S-1-5-32-577": "MS",
    "S-1-5-32-578": "HA",
    "S-1-5-32-579": "AA",
    "S-1-5-32-580": "RM",
    "S-1-5-84-0-0-0-0-0": "UD",
    "S-1-15-2-1": "AC",
    "S-1-16-4096": "LW",
    "S-1-16-8192": "ME",
    "S-1-16-8448": "MP",
    "S-1-16-12288": "HI",
    "S-1-16-16384": "SI",
}


def sid_text(raw: bytes) -> str | None:
    """``S-1-5-18`` from a SID's bytes, or None when they are too few or no SID."""
    if len(raw) < 8 or raw[0] != 1 or raw[1] > _SUB_AUTHORITIES_MOST or len(raw) < 8 + 4 * raw[1]:
        return None
    authority = int.from_bytes(raw[2:8], "big")
    top = str(authority) if authority < 1 << 32 else f"0x{authority:012x}"
    return "-".join(("S-1", top, *map(str, unpack_from(f"<{raw[1]}I", raw, 8))))


def _guid_text(raw: bytes) -> str:
    first, second, third = unpack_from("<IHH", raw)
    return f"{first:08x}-{second:04x}-{third:04x}-{raw[8:10].hex()}-{raw[10:16].hex()}"


def _letters(mask: int, table: Sequence[tuple[int, str]]) -> str | None:
    """The names of the bits that are set, or None when one has no name."""
    text = ""
    for bit, name in table:
        if mask & bit:
            text += name
            mask &= ~bit
    return None if mask else text


class Ace:
    """One entry: ``type`` and ``flags`` as stored, the access ``mask``, the ``sid`` as text (None when it
    cannot be read), the GUIDs of an object entry, and the bytes that follow the SID (``application``).
    """

    __slots__ = ("application", "flags", "inherited_object_type", "mask", "object_type", "sid", "type")

    def __init__(self, kind: int, flags: int, body: bytes) -> None:
        self.type = kind
        self.flags = flags
        (self.mask,) = unpack_from("<I", body)
        at = 4
        self.object_type: str | None = None
        self.inherited_object_type: str | None = None
        if kind in _OBJECT_TYPES and len(body) >= at + 4:
            (present,) = unpack_from("<I", body, at)
            at += 4
            if present & _TYPE_PRESENT and len(body) >= at + 16:
                self.object_type = _guid_text(body[at : at + 16])
                at += 16
            if present & _INHERITED_TYPE_PRESENT and len(body) >= at + 16:
                self.inherited_object_type = _guid_text(body[at : at + 16])
                at += 16
        self.sid = sid_text(body[at:])
        self.application = body[at + 8 + 4 * body[at + 1] :] if self.sid is not None else b""

    @property
    def sddl(self) -> str:
        """``(A;CI;KA;;;BA)``; what follows the SID (a condition, a claim) is shown in hexadecimal."""
        flags = _letters(self.flags, _ACE_FLAGS)
        if self.type == _LABEL_TYPE:
            rights = _letters(self.mask, _LABEL_RIGHTS)
        else:
            rights = _KEY_RIGHTS.get(self.mask) or _letters(self.mask, _RIGHTS)
        parts = (
            _ACE_TYPES.get(self.type, f"0x{self.type:x}"),
            f"0x{self.flags:x}" if flags is None else flags,
            f"0x{self.mask:x}" if rights is None else rights,
            self.object_type or "",
            self.inherited_object_type or "",
            _SID_NAMES.get(self.sid, self.sid) if self.sid is not None else "",
        )
        rest = f";({self.application.hex()})" if self.application and self.type not in (0, 1, 2) else ""
        return f"({';'.join(parts)}{rest})"


class Acl:
    """An access control list: its ``revision`` and its entries in stored order."""

    __slots__ = ("aces", "revision")

    def __init__(self, revision: int, aces: tuple[Ace, ...]) -> None:
        self.revision = revision
        self.aces = aces


class SecurityDescriptor:
    """A self-relative security descriptor.

    ``owner`` and ``group``: SIDs as text, or None. ``dacl`` and ``sacl``: an `Acl`, or None when absent; a DACL that
    is present without a list gives everybody everything: then ``has_null_dacl``. ``raw``: the exact bytes.
    ``problems``: what could not be decoded, as sentences.
    """

    __slots__ = ("control", "dacl", "group", "has_null_dacl", "owner", "problems", "raw", "revision", "sacl")

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        problems: list[str] = []
        self.owner = self.group = None
        self.dacl = self.sacl = None
        self.has_null_dacl = False
        self.revision = self.control = 0
        if len(raw) < _HEADER:
            self.problems: tuple[str, ...] = (f"{len(raw)} bytes are no security descriptor",)
            return
        self.revision = raw[0]
        self.control, owner, group, sacl, dacl = unpack_from("<HIIII", raw, 2)
        if self.revision != 1 or not self.control & _SELF_RELATIVE:
            problems.append(f"revision {self.revision}, control {self.control:#06x}: not a self-relative descriptor")
        self.owner = self._sid(owner, "owner", problems)
        self.group = self._sid(group, "group", problems)
        if self.control & _DACL_PRESENT:
            self.has_null_dacl = not dacl
            self.dacl = self._acl(dacl, "DACL", problems) if dacl else None
        if self.control & _SACL_PRESENT and sacl:
            self.sacl = self._acl(sacl, "SACL", problems)
        self.problems = tuple(problems)

    def _sid(self, at: int, what: str, problems: list[str]) -> str | None:
        if not at:
            return None
        text = sid_text(self.raw[at : at + 8 + 4 * _SUB_AUTHORITIES_MOST])
        if text is None:
            problems.append(f"the {what} is no SID")
        return text

    def _acl(self, at: int, what: str, problems: list[str]) -> Acl | None:
        raw = self.raw[at:]
        if len(raw) < _ACL_HEADER:
            problems.append(f"the {what} lies outside the descriptor")
            return None
        revision, size, count = raw[0], *unpack_from("<HH", raw, 2)
        if size > len(raw):
            problems.append(f"the {what} claims {size} bytes, {len(raw)} are there")
        raw = raw[:size]
        aces: list[Ace] = []
        position = _ACL_HEADER
        for number in range(count):
            head = raw[position : position + 4]
            length = int.from_bytes(head[2:4], "little")
            if len(head) < 4 or length < _ACE_HEADER or position + length > len(raw):
                problems.append(f"the {what} counts {count} entries, {number} can be read")
                break
            ace = Ace(head[0], head[1], raw[position + 4 : position + length])
            if ace.sid is None:
                problems.append(f"entry {number} of the {what} has no SID")
            aces.append(ace)
            position += length
        return Acl(revision, tuple(aces))

    @property
    def sddl(self) -> str:
        """The descriptor in SDDL: ``O:BAG:BAD:(A;CI;KA;;;SY)``."""
        parts = [
            f"{tag}:{_SID_NAMES.get(sid, sid)}"
            for tag, sid in (("O", self.owner), ("G", self.group))
            if sid is not None
        ]
        if self.control & _DACL_PRESENT:
            flags = "".join(name for bit, name in _DACL_FLAGS if self.control & bit)
            aces = "".join(ace.sddl for ace in self.dacl.aces) if self.dacl is not None else ""
            parts.append(f"D:{flags}{'NO_ACCESS_CONTROL' if self.has_null_dacl else aces}")
        if self.control & _SACL_PRESENT:
            flags = "".join(name for bit, name in _SACL_FLAGS if self.control & bit)
            parts.append(f"S:{flags}" + ("".join(ace.sddl for ace in self.sacl.aces) if self.sacl is not None else ""))
        return "".join(parts)

    def __repr__(self) -> str:
        return f"<SecurityDescriptor {self.sddl}>"


def check_descriptor(raw: object) -> bytes:
    """The bytes of a descriptor that a key can be given: self-relative, and every part of it whole.

    Raises `BadArgument` with what is wrong. It is stricter than who reads one, as Windows is.
    """
    if not isinstance(raw, (bytes, bytearray, memoryview)):
        raise BadArgument(f"{type(raw).__name__} is no security descriptor; give the bytes of a self-relative one")
    data = bytes(raw)
    problem = next(iter(SecurityDescriptor(data).problems), None) or _misplaced(data)
    if problem is not None:
        raise BadArgument(f"a security descriptor that no key can have: {problem}; give a self-relative one")
    return data


def _misplaced(raw: bytes) -> str | None:
    """What is wrong with a descriptor all of whose parts can be read."""
    if len(raw) > _MOST:
        return f"{len(raw):,} bytes, at most {_MOST:,} are read"
    control, *offsets = unpack_from("<HIIII", raw, 2)
    there = (True, True, control & _SACL_PRESENT, control & _DACL_PRESENT)
    for what, at, is_there in zip(("owner", "group", "SACL", "DACL"), offsets, there, strict=True):
        if not at or not is_there:
            continue
        if at < _HEADER:
            return f"the {what} lies at {at}, within the header"
        if what.endswith("ACL"):
            revision, size = raw[at], unpack_from("<H", raw, at + 2)[0]
            if revision not in _ACL_REVISIONS:
                return f"the {what} has revision {revision}"
            if size < _ACL_HEADER:
                return f"the {what} claims {size} bytes, its header has {_ACL_HEADER}"
    return None
