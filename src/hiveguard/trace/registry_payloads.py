"""The payloads of the registry's events: one table for the manifest provider, one for the kernel logger.

What has no public description (33, 49 of the kernel logger, everything unknown) is not here, and passes as bytes. Must
not know: what an event means for a hive. Sources: manifest of Microsoft-Windows-Kernel-Registry as dumped by
repnz/etw-providers-docs and jdu2600/Windows10EtwEvents (ids 1 to 45, version 0); Microsoft, "Registry_TypeGroup1
class" and the WMI classes behind it as listed by jdu2600 (opcodes 10 to 48); System Informer, ntwmi.h.
"""

from __future__ import annotations

from .payload_fields import decode, layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .payload_fields import Layout, Payload
    from .record import Record

__all__ = ("KERNEL", "KERNEL_GUID", "MANIFEST", "MANIFEST_GUID", "layout_of", "payload_of")

#: {70EB4F03-C1DE-4F73-A051-33D13D5413BD} and {AE53722E-C863-11D2-8659-00C04FA321A1}, as stored
MANIFEST_GUID = bytes.fromhex("034feb70dec1734fa05133d13d5413bd")
KERNEL_GUID = bytes.fromhex("2e7253ae63c8d211865900c04fa321a1")

_KEY = "KeyObject:ptr Status:u32 "
_CAPTURED = " CapturedDataSize:u16 CapturedData:bytes:CapturedDataSize"
_OPENED = "BaseObject:ptr KeyObject:ptr Status:u32 Disposition:u32 BaseName:z RelativeName:z"
_STATUS = "StatusCode:u32"
_WRITTEN = "WritesIssued:u32 BytesWritten:u32"
_SOURCE = "SourceFile:z Flags:u32"

#: id to (name, layout)
MANIFEST: dict[int, tuple[str, str]] = {
    1: ("CreateKey", _OPENED),
    2: ("OpenKey", _OPENED),
    3: ("DeleteKey", _KEY + "KeyName:z"),
    4: ("QueryKey", _KEY + "InfoClass:u32 DataSize:u32 KeyName:z" + _CAPTURED),
    5: (
        "SetValueKey",
        _KEY
        + "Type:u32 DataSize:u32 KeyName:z ValueName:z"
        + _CAPTURED
        + " PreviousDataType:u32 PreviousDataSize:u32 PreviousDataCapturedSize:u16"
        + " PreviousData:bytes:PreviousDataCapturedSize",
    ),
    6: ("DeleteValueKey", _KEY + "KeyName:z ValueName:z"),
    7: ("QueryValueKey", _KEY + "InfoClass:u32 DataSize:u32 KeyName:z ValueName:z" + _CAPTURED),
    8: ("EnumerateKey", _KEY + "Index:u32 InfoClass:u32 DataSize:u32 KeyName:z" + _CAPTURED),
    9: ("EnumerateValueKey", _KEY + "Index:u32 InfoClass:u32 DataSize:u32 KeyName:z" + _CAPTURED),
    10: ("QueryMultipleValueKey", _KEY + "EntryCount:u32 DataSize:u32 KeyName:z"),
    11: ("SetInformationKey", _KEY + "InfoClass:u32 DataSize:u32 KeyName:z" + _CAPTURED),
    12: ("FlushKey", _KEY + "KeyName:z"),
    13: ("CloseKey", _KEY + "KeyName:z"),
    14: ("QuerySecurityKey", _KEY + "KeyName:z"),
    15: ("SetSecurityKey", _KEY + "KeyName:z"),
    16: ("HiveMount/Start", ""),
    17: ("HiveMount/BaseFileMounted", "HiveFilePath:z FileSize:u32"),
    18: ("HiveMount/LogEntryApplied", "TotalEntrySize:u32 BytesRecovered:u32"),
    19: ("HiveMount/Stop", _STATUS),
    20: ("HiveUnload/Start", "HiveFilePath:z HiveMountPoint:z"),
    21: ("HiveUnload/Stop", _STATUS),
    22: ("HiveFlush/Start", "HiveFilePath:z HiveMountPoint:z FlushFlags:u32"),
    23: ("HiveFlush/BecameActiveFlusher", ""),
    24: ("HiveFlush/GatheredLogData", "BytesGathered:u32"),
    25: ("HiveFlush/GatheredPrimaryData", "BytesGathered:u32"),
    26: ("HiveFlush/WroteLogFile", _WRITTEN),
    27: ("HiveFlush/WrotePrimaryFile", _WRITTEN),
    28: ("HiveFlush/BoostedActiveFlusher", ""),
    29: ("HiveFlush/StartWaitForActive", ""),
    30: ("HiveFlush/FinishWaitForActive", ""),
    31: ("HiveFlush/Stop", _STATUS),
    32: ("Shutdown/Start", ""),
    33: ("Shutdown/Start33", ""),
    34: ("Shutdown/FlushStart", ""),
    35: ("Shutdown/FlushStop", ""),
    36: ("Shutdown/Stop", ""),
    37: ("HiveLoad/Start", _SOURCE),
    38: ("HiveLoad/Stop", _STATUS),
    39: ("HiveRestore/Start", _SOURCE),
    40: ("HiveRestore/Stop", _STATUS),
    41: ("HiveSave/Start", "SourceKeyPath:z"),
    42: ("HiveSave/FileCopied", ""),
    43: ("HiveSave/TreeCopied", ""),
    44: ("HiveSave/FileWritten", ""),
    45: ("HiveSave/Stop", _STATUS),
}

#: opcode to name, of those whose payload is that of a key operation
_KEY_OPERATIONS = {
    10: "Create",
    11: "Open",
    12: "Delete",
    13: "Query",
    14: "SetValue",
    15: "DeleteValue",
    16: "QueryValue",
    17: "EnumerateKey",
    18: "EnumerateValueKey",
    19: "QueryMultipleValue",
    20: "SetInformation",
    21: "Flush",
    22: "KCBCreate",
    23: "KCBDelete",
    24: "KCBRundownBegin",
    25: "KCBRundownEnd",
    26: "Virtualize",
    27: "Close",
    28: "SetSecurity",
    29: "QuerySecurity",
}
_OF_VERSION = {
    0: "Status:ptr KeyHandle:ptr ElapsedTime:i64 KeyName:z",  # before Vista: opcodes 10 to 21
    1: "Status:ptr KeyHandle:ptr ElapsedTime:i64 Index:u32 KeyName:z",  # before Vista: 10 to 22
    2: "InitialTime:i64 Status:u32 Index:u32 KeyHandle:ptr KeyName:z",
}
_LAST_OF_VERSION = {0: 21, 1: 22, 2: 29}
_TRANSACTION = "TxrGUID:guid Status:u32 UowCount:u32 OperationTime:u64 Hive:z"

#: (opcode, version) to (name, layout)
KERNEL: dict[tuple[int, int], tuple[str, str]] = {
    **{
        (opcode, version): (name, fields)
        for version, fields in _OF_VERSION.items()
        for opcode, name in _KEY_OPERATIONS.items()
        if opcode <= _LAST_OF_VERSION[version]
    },
    (30, 2): ("TxRCommit", _TRANSACTION),
    (31, 2): ("TxRPrepare", _TRANSACTION),
    (32, 2): ("TxRRollback", _TRANSACTION),
    (34, 2): ("Counters", " ".join(f"Counter{number}:u64" for number in range(1, 12))),
    (35, 2): ("Config", "CurrentControlSet:u32"),
    (36, 2): ("HiveInit", "Hive:ptr OperationType:u32 PoolTag:u32 Size:u32 FileName:z"),
    (37, 2): ("HiveDestroy", "Hive:ptr FileName:z Path:z"),
    (38, 2): ("HiveLink", "Hive:ptr Path:z"),
    (39, 2): ("HiveDCEnd", "Size:u64 Hive:ptr LoadedKeyCount:u32 FileName:z LinkPath:z"),
    (40, 2): ("HiveDirty", "Hive:ptr LinkPath:z DirtyReason:u32"),
    (48, 2): ("ChangeNotify", "Notification:ptr KeyHandle:ptr Type:u8 WatchSubtree:u8 Primary:u8"),
}

_made: dict[str, Layout] = {}


def layout_of(text: str) -> Layout:
    """The layout that a line of a table describes; made once."""
    found = _made.get(text)
    if found is None:
        found = _made[text] = layout(text)
    return found


def payload_of(record: Record) -> tuple[str, Payload] | None:
    """The name and the decoded payload of a registry record; None: it is none of those that are described."""
    if record.provider == MANIFEST_GUID:
        number, version = record.id, record.version
        row = MANIFEST.get(number) if number is not None and not version else None
    elif record.provider == KERNEL_GUID:
        opcode, version = record.opcode, record.version
        row = KERNEL.get((opcode, version)) if opcode is not None and version is not None else None
    else:
        row = None
    if row is None:
        return None
    return row[0], decode(layout_of(row[1]), record.payload, record.pointer_size)
