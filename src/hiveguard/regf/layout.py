"""Where every field of a hive file lies. Each offset, width and flag of the format stands here, once.

All numbers are little-endian. A *cell offset* counts from the start of the hive bins data; the
file position is ``BASE_BLOCK_SIZE`` more. Field positions in a cell are counted from the cell's
content, that is after its size field.

Must not know: files, reading, damage. Sources: msuhanov/regf, "Windows registry file format
specification" (sections "Base block", "Hive bin", "Key node", "Subkeys list", "Key values list",
"Key value", "Key security", "Big data", "Format of transaction log files"); libyal/libregf,
"Windows NT Registry File (REGF) format" for version 1.1.
"""

from struct import Struct

# --- the base block ------------------------------------------------------------------------
BASE_BLOCK_SIZE = 4096
HEADER_SIZE = 512  #: the part that the checksum covers, and all that a log file carries
CHECKSUM_AT = 508
REGF = b"regf"
HIVE_MAJOR = 1
HIVE_MINOR_MAX = 6
FILE_TYPE_PRIMARY = 0
FILE_TYPES_OLD_LOG = (1, 2)
FILE_TYPE_NEW_LOG = 6
FORMAT_DIRECT_MEMORY_LOAD = 1
#: signature, seq1, seq2, last written, major, minor, type, format, root cell, bins size, clustering
HEADER = Struct("<4sIIQIIIIIII")
HEADER_SEQ1 = 4
HEADER_SEQ2 = 8
HEADER_LAST_WRITTEN = 12
HEADER_MAJOR = 20
HEADER_MINOR = 24
HEADER_TYPE = 28
HEADER_FORMAT = 32
HEADER_ROOT = 36
HEADER_BINS_SIZE = 40
HEADER_CLUSTERING = 44
HEADER_NAME = slice(48, 112)
HEADER_RM_ID = slice(112, 128)
HEADER_LOG_ID = slice(128, 144)
HEADER_FLAGS = 144
HEADER_TM_ID = slice(148, 164)
HEADER_GUID_SIGNATURE = slice(164, 168)
RMTM = b"rmtm"
HEADER_REORGANIZED = 168
HEADER_OFFREG_SIGNATURES = (slice(168, 172), slice(176, 180))
OFRG = b"OfRg"
OFFREG_SERIALIZED_AT = 512  #: FILETIME, only in files that offreg.dll saved
HEADER_FLAG_PENDING_TRANSACTIONS = 0x1
HEADER_FLAG_LAYERED_KEYS = 0x2
#: flag bit to the name that people read
HEADER_FLAG_NAMES = (
    (HEADER_FLAG_PENDING_TRANSACTIONS, "pending-transactions"),
    (HEADER_FLAG_LAYERED_KEYS, "layered-keys"),
)

# --- hive bins -----------------------------------------------------------------------------
BIN_ALIGNMENT = 4096
BIN_HEADER_SIZE = 32
HBIN = b"hbin"
#: signature, own offset, size, reserved, last written (the first bin's only), spare
BIN = Struct("<4sIIQQI")
BIN_LAST_WRITTEN = 20

# --- cells ---------------------------------------------------------------------------------
NIL = 0xFFFFFFFF
CELL_SIZE = Struct("<i")  #: negative: allocated; positive: free; the size field is counted in
CELL_HEADER = 4
CELL_ALIGNMENT = 8
CELL_HEADER_V1_1 = 8  #: versions 1.0 and 1.1: size, then the offset in the bin of the cell before
CELL_ALIGNMENT_V1_1 = 16
LAST_MINOR_WITH_OLD_CELLS = 1
CELL_POWER_OF_TWO_ABOVE = 16384

# --- key node ------------------------------------------------------------------------------
NK = 0x6B6E  #: "nk" as a number
NK_SIGNATURE = b"nk"
NK_NAME = 76
#: signature, flags, last written, access bits, layered byte, spare, parent, subkeys, volatile
#: subkeys, subkey list, volatile list, values, value list, security, class, largest subkey name,
#: user and virtualization flags, debug, largest class, largest value name, largest data, work,
#: name length, class length
KEY_NODE = Struct("<HHQBBHIIIIIIIIIHBBIIIIHH")
#: the fields that a walk needs, read with the cell size in front: size, signature, flags, last
#: written, subkeys, subkey list, values, value list, security, name length, class length
KEY_NODE_FAST = Struct("<iHHQ8xI4xI4xIII24xHH")
#: what a listing shows of a key, from its signature on: flags, last written, subkeys
KEY_NODE_LISTED = Struct("<2xHQ8xI")
NK_FLAGS = 2
NK_LAST_WRITTEN = 4
NK_ACCESS = 12
NK_LAYERED = 13
NK_PARENT = 16
NK_SUBKEYS = 20
NK_VOLATILE_SUBKEYS = 24
NK_SUBKEY_LIST = 28
NK_VOLATILE_LIST = 32
NK_VALUES = 36
NK_VALUE_LIST = 40
NK_SECURITY = 44
NK_CLASS = 48
NK_MAX_NAME = 52
NK_USER_FLAGS = 54
NK_MAX_CLASS = 56
NK_MAX_VALUE_NAME = 60
NK_MAX_VALUE_DATA = 64
NK_NAME_LENGTH = 72
NK_CLASS_LENGTH = 74

KEY_VOLATILE = 0x0001
KEY_HIVE_EXIT = 0x0002
KEY_HIVE_ENTRY = 0x0004
KEY_NO_DELETE = 0x0008
KEY_SYM_LINK = 0x0010
KEY_COMP_NAME = 0x0020
KEY_PREDEF_HANDLE = 0x0040
KEY_VIRT_SOURCE = 0x0080
KEY_VIRT_TARGET = 0x0100
KEY_VIRT_STORE = 0x0200
#: flag bit to the name that people read
KEY_FLAG_NAMES = (
    (KEY_VOLATILE, "volatile"),
    (KEY_HIVE_EXIT, "hive-exit"),
    (KEY_HIVE_ENTRY, "hive-entry"),
    (KEY_NO_DELETE, "no-delete"),
    (KEY_SYM_LINK, "symbolic-link"),
    (KEY_COMP_NAME, "compressed-name"),
    (KEY_PREDEF_HANDLE, "predefined-handle"),
    (KEY_VIRT_SOURCE, "virtual-source"),
    (KEY_VIRT_TARGET, "virtual-target"),
    (KEY_VIRT_STORE, "virtual-store"),
)
LAYERED_INHERIT_CLASS = 0x80
LAYERED_SEMANTICS = 0x03
#: the meaning of the two low bits of the layered-key byte (version 1.6)
LAYERED_NAMES = ("merge", "tombstone", "supersede-local", "supersede-tree")

# --- subkey lists --------------------------------------------------------------------------
LIST_HEADER = Struct("<HH")  #: signature, count
LIST_ELEMENTS = 4
LI = 0x696C
LF = 0x666C
LH = 0x686C
RI = 0x6972
#: signature to the width of one element in bytes
LIST_WIDTH = {LI: 4, LF: 8, LH: 8, RI: 4}
LIST_NAMES = {LI: "li", LF: "lf", LH: "lh", RI: "ri"}
LEAF_LIMIT = {LI: 1012, LF: 511, LH: 1012}  #: what Windows writes; u16 is all that a reader may assume
HASH_FACTOR = 37

# --- values --------------------------------------------------------------------------------
VK = 0x6B76
VK_SIGNATURE = b"vk"
VK_NAME = 20
#: signature, name length, data size, data offset, type, flags, spare
KEY_VALUE = Struct("<HHIIIHH")
#: the same with the cell size in front and without the spare
KEY_VALUE_FAST = Struct("<iHHIIIH")
VK_NAME_LENGTH = 2
VK_DATA_SIZE = 4
VK_DATA_OFFSET = 8
VK_TYPE = 12
VK_FLAGS = 16
VALUE_COMP_NAME = 0x0001
VALUE_TOMBSTONE = 0x0002
INLINE = 0x80000000
INLINE_MAX = 4

# --- big data ------------------------------------------------------------------------------
DB = 0x6264
#: signature, segment count, segment list
BIG_DATA = Struct("<HHI")
BIG_DATA_SEGMENT = 16344  #: bytes of data in every segment but the last
BIG_DATA_MINOR = 4  #: the first minor version in which Windows writes big data

# --- security ------------------------------------------------------------------------------
SK = 0x6B73
SK_SIGNATURE = b"sk"
#: signature, reserved, flink, blink, reference count, descriptor size
KEY_SECURITY = Struct("<HHIIII")
SK_FLINK = 4
SK_BLINK = 8
SK_REFERENCES = 12
SK_DESCRIPTOR = 20

# --- transaction logs ----------------------------------------------------------------------
LOG_SECTOR = 512
LOG_PAGES_AT = 512  #: where the bitmap (old format) or the first entry (new format) begins
DIRT = b"DIRT"
OLD_LOG_PAGE = 512
OLD_LOG_BYTES_PER_BITMAP_BYTE = OLD_LOG_PAGE * 8
HVLE = b"HvLE"
LOG_PAGE = 4096
#: signature, size, flags, sequence number, bins size, page references, hash-1, hash-2
LOG_ENTRY = Struct("<4sIIIIIQQ")
LOG_ENTRY_HASHED = 32  #: hash-2 covers the bytes before itself
LOG_REFERENCES = 40
LOG_REFERENCE = Struct("<II")  #: offset in the bins data, length
