"""Security descriptors: SIDs, entries, SDDL, and what is wrong with broken ones."""

from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveguard.core.errors import BadArgument
from hiveguard.regf.default_security import default_descriptor
from hiveguard.regf.descriptor import SecurityDescriptor, check_descriptor, sid_text


def sid(*subs: int, authority: int = 5) -> bytes:
    return bytes((1, len(subs))) + authority.to_bytes(6, "big") + pack(f"<{len(subs)}I", *subs)


def ace(mask: int, who: bytes, *, kind: int = 0, flags: int = 2, more: bytes = b"") -> bytes:
    body = pack("<I", mask) + who + more
    return pack("<BBH", kind, flags, 4 + len(body)) + body


def acl(*aces: bytes) -> bytes:
    return pack("<BBHHH", 2, 0, 8 + sum(map(len, aces)), len(aces), 0) + b"".join(aces)


def descriptor(
    dacl: bytes | None, *, control: int = 0x8004, sacl: bytes | None = None, owner: bytes = sid(32, 544)
) -> bytes:
    parts, offsets = b"", []
    for part in (owner, sid(18), sacl, dacl):
        offsets.append(20 + len(parts) if part else 0)
        parts += part or b""
    return pack("<BBHIIII", 1, 0, control, *offsets) + parts


SYSTEM, ADMINS, WORLD, RESTRICTED = sid(18), sid(32, 544), sid(0, authority=1), sid(12)


def test_the_descriptor_that_offreg_gives_a_new_key() -> None:
    raw = descriptor(acl(ace(0xF003F, SYSTEM), ace(0xF003F, ADMINS), ace(0x20019, WORLD), ace(0x20019, RESTRICTED)))
    decoded = SecurityDescriptor(raw)
    assert decoded.sddl == "O:BAG:SYD:(A;CI;KA;;;SY)(A;CI;KA;;;BA)(A;CI;KR;;;WD)(A;CI;KR;;;RC)"
    assert decoded.owner == "S-1-5-32-544"
    assert decoded.group == "S-1-5-18"
    assert decoded.dacl is not None
    assert decoded.dacl.aces[0].sid == "S-1-5-18"
    assert decoded.problems == ()
    assert decoded.raw == raw


@pytest.mark.parametrize(
    ("dacl", "control", "sacl", "sddl"),
    [
        (None, 0x8004, None, "D:NO_ACCESS_CONTROL"),
        (None, 0x8000, None, ""),
        (acl(), 0x8004, None, "D:"),
        (acl(), 0x9404, None, "D:PAI"),
        (acl(ace(0x10000000, WORLD, flags=0x1B)), 0x8004, None, "D:(A;OICIIOID;GA;;;WD)"),
        (acl(ace(3, WORLD, flags=0, kind=1)), 0x8004, None, "D:(D;;CCDC;;;WD)"),
        (acl(ace(0x200000, WORLD)), 0x8004, None, "D:(A;CI;0x200000;;;WD)"),
        (acl(ace(1, WORLD, kind=9, more=b"artx")), 0x8004, None, "D:(XA;CI;CC;;;WD;(61727478))"),
        (acl(), 0x8014, acl(ace(1, sid(4096, authority=16), kind=0x11, flags=0)), "D:S:(ML;;NW;;;LW)"),
    ],
)
def test_sddl(dacl: bytes | None, control: int, sacl: bytes | None, sddl: str) -> None:
    assert SecurityDescriptor(descriptor(dacl, control=control, sacl=sacl)).sddl == "O:BAG:SY" + sddl


def test_an_object_entry_has_its_guids() -> None:
    guids = pack("<I", 3) + bytes(range(16)) + bytes(range(16, 32))
    raw = descriptor(acl(pack("<BBHI", 5, 0, 8 + len(guids) + len(WORLD), 0x100) + guids + WORLD))
    (entry,) = SecurityDescriptor(raw).dacl.aces  # type: ignore[union-attr]
    assert entry.object_type == "03020100-0504-0706-0809-0a0b0c0d0e0f"
    assert entry.sddl.startswith("(OA;;CR;03020100-")
    assert entry.sid == "S-1-1-0"


def test_sids() -> None:
    assert sid_text(sid(21, 1, 2, 3, 500)) == "S-1-5-21-1-2-3-500"
    assert sid_text(sid(1, authority=1 << 32)) == "S-1-0x000100000000-1"
    assert sid_text(sid(*range(15))) is not None
    assert sid_text(sid(1)[:-1]) is None
    assert sid_text(b"\2" + sid(1)[1:]) is None
    assert sid_text(b"") is None


@given(st.binary(max_size=120) | st.binary(max_size=80).map(lambda tail: descriptor(acl(ace(1, WORLD)))[:36] + tail))
def test_any_bytes_are_decoded_or_told(raw: bytes) -> None:
    decoded = SecurityDescriptor(raw)
    assert decoded.raw == raw
    assert isinstance(decoded.sddl, str)


def test_what_is_cut_is_told() -> None:
    raw = descriptor(acl(ace(1, WORLD), ace(2, WORLD)))
    for length in range(len(raw)):
        assert SecurityDescriptor(raw[:length]).problems, length


def changed(raw: bytes, at: int, field: bytes) -> bytes:
    return raw[:at] + field + raw[at + len(field) :]


SOUND = descriptor(acl(ace(1, WORLD), ace(2, SYSTEM)))
DACL_AT = len(SOUND) - len(acl(ace(1, WORLD), ace(2, SYSTEM)))


@pytest.mark.parametrize(
    "raw",
    [
        SOUND,
        bytearray(SOUND),
        memoryview(SOUND),
        default_descriptor(),
        descriptor(None),
        descriptor(acl()),
        SOUND + b"x",
    ],
)
def test_a_descriptor_that_a_key_can_have(raw: bytes) -> None:
    assert check_descriptor(raw) == bytes(raw)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "0 bytes are no security descriptor"),
        (b"junk", "4 bytes are no security descriptor"),
        (None, "NoneType is no security descriptor"),
        ("O:BA", "str is no security descriptor"),
        (changed(SOUND, 0, b"\2"), "revision 2"),
        (changed(SOUND, 2, b"\4\0"), "not a self-relative"),
        (changed(SOUND, 4, pack("<I", 4)), "the owner is no SID"),
        (changed(changed(SOUND, 4, pack("<I", 12)), 12, pack("<I", 0x101)), "the owner lies at 12"),
        (changed(SOUND, 4, pack("<I", 1 << 31)), "the owner is no SID"),
        (changed(SOUND, 8, pack("<I", len(SOUND) - 4)), "the group is no SID"),
        (changed(SOUND, 16, pack("<I", len(SOUND) - 4)), "the DACL lies outside"),
        (changed(SOUND, 16, pack("<I", 19)), "the DACL lies at 19"),
        (changed(SOUND, DACL_AT, b"\1"), "the DACL has revision 1"),
        (changed(SOUND, DACL_AT + 2, pack("<H", 4)), "the DACL counts 2 entries"),
        (changed(SOUND, DACL_AT + 2, pack("<HH", 7, 0)), "the DACL claims 7 bytes"),
        (changed(SOUND, DACL_AT + 2, pack("<H", 500)), "the DACL claims 500 bytes"),
        (changed(SOUND, DACL_AT + 4, pack("<H", 3)), "counts 3 entries, 2 can be read"),
        (changed(SOUND, DACL_AT + 10, pack("<H", 4)), "counts 2 entries, 0 can be read"),
        (changed(SOUND, DACL_AT + 16, b"\2"), "entry 0 of the DACL has no SID"),
        (SOUND + bytes(1 << 20), "at most 1,048,576"),
    ],
)
def test_what_is_no_descriptor_is_refused(raw: bytes, why: str) -> None:
    with pytest.raises(BadArgument, match=why):
        check_descriptor(raw)


@given(st.integers(0, len(SOUND) - 1), st.integers(0, 255))
def test_what_is_taken_is_decoded_without_a_problem(at: int, byte: int) -> None:
    raw = changed(SOUND, at, bytes((byte,)))
    try:
        check_descriptor(raw)
    except BadArgument:
        return
    assert SecurityDescriptor(raw).problems == ()
