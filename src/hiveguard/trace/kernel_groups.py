"""Which class a kernel record belongs to: the group of its hook id, and the class GUID that consumers see for it.

Must not know: records. Sources: Microsoft, "NT Kernel Logger Constants" and the class pages below "MSNT_SystemTrace"
(DiskIo, PageFault_V2, Process, FileIo, Thread, TcpIp, Registry, Image, StackWalk, ...); Geoff Chappell, "Event Trace
Hook IDs"; System Informer, ntwmi.h (EVENT_TRACE_GROUP_...).
"""

from __future__ import annotations

__all__ = ("CLASS_GUIDS", "GROUP_NAMES", "REGISTRY_GROUP", "UNKNOWN_CLASS", "guid_bytes", "guid_text")

REGISTRY_GROUP = 0x09
#: what stands for the class of a group that has none
UNKNOWN_CLASS = bytes(16)


def guid_bytes(text: str) -> bytes:
    """A GUID's 16 bytes as Windows stores them: the first three numbers little-endian."""
    raw = bytes.fromhex(text.strip("{}").replace("-", ""))
    return raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:]


def guid_text(raw: bytes) -> str:
    """The GUID as people write it, in lower case and without braces."""
    name = (raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:16]).hex()
    return f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"


#: high byte of a hook id: name of the group, class GUID
_GROUPS = (
    (0x00, "header", "68fdd900-4a3e-11d1-84f4-0000f80464e3"),
    (0x01, "disk", "3d6fa8d4-fe05-11d0-9dda-00c04fd7ba7c"),
    (0x02, "memory", "3d6fa8d3-fe05-11d0-9dda-00c04fd7ba7c"),
    (0x03, "process", "3d6fa8d0-fe05-11d0-9dda-00c04fd7ba7c"),
    (0x04, "file", "90cbdc39-4a3e-11d1-84f4-0000f80464e3"),
    (0x05, "thread", "3d6fa8d1-fe05-11d0-9dda-00c04fd7ba7c"),
    (0x06, "tcp", "9a280ac0-c8e0-11d1-84e2-00c04fb998a2"),
    (0x07, "job", "3282fc76-feed-498e-8aa7-e70f459d430e"),
    (0x08, "udp", "bf3a50c5-a9c9-4988-a005-2df0b7c80f80"),
    (0x09, "registry", "ae53722e-c863-11d2-8659-00c04fa321a1"),
    (0x0A, "debug-print", "13976d09-a327-438c-950b-7f03192815c7"),
    (0x0B, "config", "01853a65-418f-4f36-aefc-dc0f1d2fd235"),
    (0x0F, "perfinfo", "ce1dbfb4-137e-4da6-87b0-3f59aa102cbc"),
    (0x10, "heap", "222962ab-6180-4b88-a825-346b75f2a24a"),
    (0x11, "object", "89497f50-effe-4440-8cf2-ce6b1cdcaca7"),
    (0x14, "image", "2cb15d1d-5fc1-11d2-abe1-00a0c911f518"),
    (0x18, "stack-walk", "def2fe46-7bd6-4b80-bd94-f57fe20d0ce3"),
    (0x1A, "alpc", "45d8cccd-539f-4b72-a8b7-5c683142609a"),
)
GROUP_NAMES = {group: name for group, name, _ in _GROUPS}
#: class GUID by the high byte of a hook id
CLASS_GUIDS = [UNKNOWN_CLASS] * 256
for _group, _, _guid in _GROUPS:
    CLASS_GUIDS[_group] = guid_bytes(_guid)
