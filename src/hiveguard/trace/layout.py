"""Where every field of a recorded trace lies. Each offset, width and flag of the format stands here, once.

All numbers are little-endian. A trace file is a chain of buffers and has no header of its own: each buffer begins
with a header of 72 bytes, and the first record of the first buffer describes the session. Positions of a record's
fields count from the record's start.

Must not know: files, reading, damage. Sources: Geoff Chappell, "WMI_BUFFER_HEADER", "Trace Headers for Event
Tracing" (SYSTEM_TRACE_HEADER, PERFINFO_TRACE_HEADER, EVENT_TRACE_HEADER, EVENT_HEADER and others) and
"TRACE_LOGFILE_HEADER"; Microsoft, "TRACE_LOGFILE_HEADER structure (evntrace.h)", "EVENT_HEADER structure
(evntcons.h)", "EVENT_HEADER_EXTENDED_DATA_ITEM"; System Informer, ntwmi.h; the order of a message's optional parts
is Microsoft's TraceMessage (evntrace.h).
"""

from struct import Struct

# --- the header of a buffer (WMI_BUFFER_HEADER) ----------------------------------------------
BUFFER_HEADER = 72
#: bytes on disk, end of the records (kernel's view), sequence number, processor, logger, state, end of the valid
#: bytes, flags, type
BUFFER = Struct("<IIxxxxxxxxxxxxxxxxqxxxxxxxxHHIIHH16x")
BUFFER_SIZE = 0x00  #: bytes of this buffer on disk: the next one begins there
BUFFER_SAVED_OFFSET = 0x04
BUFFER_CURRENT_OFFSET = 0x08
BUFFER_REFERENCES = 0x0C
BUFFER_TIME = 0x10  #: of the flush: in the session's clock, in relogged files a FILETIME
BUFFER_SEQUENCE = 0x18
BUFFER_PROCESSOR = 0x28
BUFFER_LOGGER = 0x2A
BUFFER_STATE = 0x2C  #: 3 (flush); in the first buffer of a compressed file the compression's format
BUFFER_OFFSET = 0x30  #: end of the valid bytes of the (decompressed) buffer, counted from its start
BUFFER_FLAG = 0x34
BUFFER_TYPE = 0x36

FLAG_FLUSH_MARKER = 0x01
FLAG_EVENTS_LOST = 0x02
FLAG_BUFFER_LOST = 0x04
FLAG_BACKUP_CORRUPT = 0x08
FLAG_BACKUP = 0x10
FLAG_PROCESSOR_INDEX = 0x20  #: the u16 is an index of 11 bits; without it only its low byte is the processor
FLAG_COMPRESSED = 0x40
FLAGS_KNOWN = 0x7F
PROCESSOR_MASK = 0x07FF
OLD_PROCESSOR_MASK = 0x00FF
TYPE_GENERIC = 0
TYPE_HEADER = 4
TYPES_KNOWN = 8  #: types are 0 to 7
STATE_FLUSH = 3

COMPRESSION_MASK = 0xFFFF
COMPRESSION_LZNT1 = 2
COMPRESSION_XPRESS = 3
COMPRESSION_XPRESS_HUFF = 4
#: the formats of RtlCompressBuffer, as people read them
COMPRESSION_NAMES = {1: "default", 2: "LZNT1", 3: "XPRESS", 4: "XPRESS Huffman", 5: "XP10"}

# --- records ---------------------------------------------------------------------------------
RECORD_ALIGNMENT = 8  #: of a record's start, counted from the start of the (decompressed) buffer
END_OF_RECORDS = 0xFFFFFFFF  #: a marker: nothing follows in this buffer
MARK_EVENT = 0xC0  #: the top byte of a record's first u32
MARK_MESSAGE = 0x90
RECORD_TYPE = 2  #: the byte that tells which header a record has
RECORD_MARK = 3

SYSTEM32, SYSTEM64 = 1, 2
COMPACT32, COMPACT64 = 3, 4
FULL32, FULL64 = 10, 20
INSTANCE32, INSTANCE64 = 11, 21
TIMED, ERROR, WNODE = 12, 13, 14
PERFINFO32, PERFINFO64 = 16, 17
EVENT32, EVENT64 = 18, 19
MESSAGE = 0  #: the byte at `RECORD_TYPE` of a message

SYSTEM_HEADER = 32
COMPACT_HEADER = 24
PERFINFO_HEADER = 16
FULL_HEADER = 48
INSTANCE_HEADER = 72
EVENT_HEADER = 80
MESSAGE_HEADER = 8
RAW_HEADER = 8  #: what TIMED, ERROR and WNODE records certainly have

#: SYSTEM and COMPACT: version with its flags, the mark, size, hook id, time
SYSTEM = Struct("<HxBHH8xq")
#: PERFINFO: version with its flags, the mark, size, hook id, time
PERFINFO = Struct("<HxBHHq")
#: FULL and INSTANCE: size, the mark, time, class GUID
FULL = Struct("<HxB12xq16s")
#: EVENT: size, the mark, flags, time, provider
EVENT = Struct("<HxBH10xq16s")
#: MESSAGE: size, the mark, message number, flags
MESSAGE_START = Struct("<HxBHH")

KERNEL_VERSION = 0  #: u16 of SYSTEM, COMPACT, PERFINFO: the event's version in its low byte
KERNEL_SIZE = 4
KERNEL_HOOK = 6
RECORD_THREAD = 8
RECORD_PROCESS = 12
RECORD_TIME = 16
PERFINFO_TIME = 8
RECORD_GUID = 24
SYSTEM_KERNEL_TIME = 24
SYSTEM_USER_TIME = 28
PERFINFO_PEBS = 0x8000  #: 8 bytes more in the header
PERFINFO_COUNTERS = 0x0700  #: their number: 8 bytes each more in the header
PERFINFO_COUNTERS_SHIFT = 8

FULL_OPCODE = 4
FULL_LEVEL = 5
FULL_VERSION = 6
INSTANCE_ID = 48
INSTANCE_PARENT = 52
INSTANCE_PARENT_GUID = 56

EVENT_FLAGS = 4
EVENT_FLAG_EXTENDED = 0x0001  #: extended items stand between header and payload
EVENT_PROPERTY = 6
#: from `EVENT_DESCRIPTOR_AT`: id, version, channel, level, opcode, task, keyword
EVENT_DESCRIPTOR = Struct("<HBBBBHQ")
EVENT_DESCRIPTOR_AT = 40
EVENT_ACTIVITY = 64

MESSAGE_NUMBER = 4
MESSAGE_FLAGS = 6
MESSAGE_SEQUENCE = 0x01  #: u32 follows
MESSAGE_GUID = 0x02  #: 16 bytes follow
MESSAGE_COMPONENT = 0x04  #: u32 follows, and no GUID
MESSAGE_TIME = 0x08  #: i64 follows
MESSAGE_PERFORMANCE = 0x10  #: alone: 8 bytes follow that hold no time
MESSAGE_SYSTEM_INFO = 0x20  #: u32 thread, u32 process follow
MESSAGE_POINTER32 = 0x40
MESSAGE_POINTER64 = 0x80
#: what almost every message has: GUID, time, thread and process, in that order
MESSAGE_USUAL = MESSAGE_GUID | MESSAGE_TIME | MESSAGE_SYSTEM_INFO
MESSAGE_USUAL_MASK = 0x3F
#: GUID and time of such a message, from `MESSAGE_HEADER`
MESSAGE_USUAL_PARTS = Struct("<16sq")
MESSAGE_USUAL_HEADER = 40

# --- extended items --------------------------------------------------------------------------
#: size of the whole item, type, bit 0: one more follows, size of the data
ITEM = Struct("<HHHH")
ITEM_HEADER = 8
ITEM_MORE = 0x0001
ITEM_RELATED_ACTIVITY = 1

# --- the header record -----------------------------------------------------------------------
HOOK_HEADER = 0x0000
HOOK_GROUP_MASKS = 0x0005  #: the masks from here on
HOOK_GROUP_MASKS_END = 0x0020  #: the masks up to here
GROUP_MASKS = Struct("<8I")

#: buffer size, major, minor, trace version (two), build, processors, end time, timer resolution, largest file,
#: mode, buffers written, start buffers, pointer size, events lost, processor speed
LOG_HEADER = Struct("<IBBBBIIqIIIIIIII")
#: by pointer size: where the time zone begins, and the fields behind it
LOG_TIME_ZONE = {4: 64, 8: 72}
LOG_TIME_ZONE_BIAS = Struct("<i")
LOG_CLOCK_AT = {4: 240, 8: 248}
#: boot time, performance frequency, start time, clock, buffers lost
LOG_CLOCK = Struct("<qqqII")
LOG_NAMES_AT = {4: 272, 8: 280}
LOG_BUFFERS_WRITTEN = 36
LOG_EVENTS_LOST = 48

CLOCK_QPC = 1
CLOCK_SYSTEM = 2
CLOCK_CYCLES = 3

MODE_SEQUENTIAL = 0x00000001
MODE_CIRCULAR = 0x00000002
MODE_APPEND = 0x00000004
MODE_NEW_FILE = 0x00000008
MODE_REAL_TIME = 0x00000100
MODE_BUFFERING = 0x00000400
MODE_PRIVATE = 0x00000800
MODE_HEADER_ADDED = 0x00001000
MODE_RELOGGED = 0x00010000
MODE_SYSTEM_LOGGER = 0x02000000
MODE_COMPRESSED = 0x04000000
#: mode bit to the name that people read (Microsoft, "Logging Mode Constants"; bits 0x1000 and 0x10000: Chappell)
MODE_NAMES = (
    (MODE_SEQUENTIAL, "sequential"),
    (MODE_CIRCULAR, "circular"),
    (MODE_APPEND, "append"),
    (MODE_NEW_FILE, "new-file"),
    (MODE_REAL_TIME, "real-time"),
    (MODE_BUFFERING, "buffering"),
    (MODE_PRIVATE, "private"),
    (MODE_HEADER_ADDED, "header-added"),
    (MODE_RELOGGED, "relogged"),
    (MODE_SYSTEM_LOGGER, "system-logger"),
    (MODE_COMPRESSED, "compressed"),
)

#: versions of the trace format (SubVersion, SubMinorVersion): the first with this layout, and what is known
OLDEST_VERSION = (1, 4)
