"""The security descriptor that a key gets when nobody says otherwise.

Must not know: cells, keys. Source: Microsoft, [MS-DTYP] "SECURITY_DESCRIPTOR", "ACL", "ACE", "SID".
"""

from __future__ import annotations

from struct import pack

__all__ = ("default_descriptor",)

_SELF_RELATIVE_WITH_DACL = 0x8004
_HEADER_LENGTH = 20
_ACL_HEADER_LENGTH = 8
_ACE_HEADER_LENGTH = 8
_CONTAINER_INHERIT = 2
_KEY_READ = 0x20019
_KEY_ALL_ACCESS = 0xF003F

_EVERYONE = (1, 0)
_SYSTEM = (5, 18)
_RESTRICTED_CODE = (5, 12)
_ADMINISTRATORS = (5, 32, 544)


def default_descriptor() -> bytes:
    """O:BA G:BA D:(A;CI;KA;;;SY)(A;CI;KA;;;BA)(A;CI;KR;;;WD)(A;CI;KR;;;RC), self-relative."""
    entries = b"".join(
        _allow(mask, sid)
        for mask, sid in (
            (_KEY_ALL_ACCESS, _SYSTEM),
            (_KEY_ALL_ACCESS, _ADMINISTRATORS),
            (_KEY_READ, _EVERYONE),
            (_KEY_READ, _RESTRICTED_CODE),
        )
    )
    acl = pack("<BBHHH", 2, 0, _ACL_HEADER_LENGTH + len(entries), 4, 0) + entries
    owner = group = _sid(_ADMINISTRATORS)
    owner_at = _HEADER_LENGTH + len(acl)
    header = pack("<BBHIIII", 1, 0, _SELF_RELATIVE_WITH_DACL, owner_at, owner_at + len(owner), 0, _HEADER_LENGTH)
    return header + acl + owner + group


def _sid(parts: tuple[int, ...]) -> bytes:
    authority, *subs = parts
    return pack("<BB", 1, len(subs)) + authority.to_bytes(6, "big") + pack(f"<{len(subs)}I", *subs)


def _allow(mask: int, sid: tuple[int, ...]) -> bytes:
    body = _sid(sid)
    return pack("<BBHI", 0, _CONTAINER_INHERIT, _ACE_HEADER_LENGTH + len(body), mask) + body
