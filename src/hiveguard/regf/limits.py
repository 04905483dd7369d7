"""The one table of limits: what bounds a reader of hostile hives, and why each bound is where it is.

Must not know: anything else. Sources: Microsoft, "Registry Element Size Limits"; the rest is arithmetic
on the format, so that time and memory stay linear in the size of the file.
"""

__all__ = (
    "BINS_MAX",
    "CLASS_MAX",
    "COST_SHOWN",
    "DAMAGE_KEPT",
    "DATA_PER_FILE",
    "DEPTH_KNOWN",
    "DEPTH_MAX",
    "ELEMENTS_PER_BYTE",
    "FILE_MAX",
    "GROWTH_PER_LOG_BYTE",
    "INDEXED_MAX",
    "KEY_NAME_MAX",
    "LOG_BYTES_MAX",
    "LOG_HASHED_MAX",
    "LOG_MAX",
    "PATHS_MIN",
    "PATHS_PER_FILE",
    "PATH_SHOWN",
    "RECOVERED_MAX",
    "ROOTS_MAX",
    "VALUE_DATA_MAX",
    "VALUE_NAME_MAX",
)

#: Levels that Windows allows below a root; deeper is irregular (Registry Element Size Limits).
DEPTH_KNOWN = 512
#: Levels that a walk descends: twice what Windows can make; deeper only a crafted hive goes.
DEPTH_MAX = 1024
#: Subkey and value-list elements followed in one walk or listing, per byte of the file. An element
#: takes 4 bytes and names a cell of at least 8 that nothing else names in a sound hive, so that one
#: eighth is never reached there; lists that are shared by many keys would multiply without it.
ELEMENTS_PER_BYTE = 1 / 8
#: Bytes of value data delivered in one walk or listing, per byte of the file. In a sound hive each
#: byte is delivered once; 20,000 list entries that name one 1 MB value would want 20 GB.
DATA_PER_FILE = 2
#: Characters of all paths of one walk together, per byte of the file (real hives stay below 1), and
#: the floor for small files: a deep chain of long names makes paths quadratic.
PATHS_PER_FILE = 32
PATHS_MIN = 16 * 1024 * 1024
#: Findings kept one by one; the rest is counted by code (an 8 MB file can give a million).
DAMAGE_KEPT = 10_000
#: Characters of a path that a finding keeps: with `DAMAGE_KEPT` this bounds the findings' memory.
PATH_SHOWN = 2048
#: Characters of a finding's own words: a name of 65,535 may be quoted in them.
COST_SHOWN = 200
#: Bytes by which logs may make a hive grow, per byte of log: a new bin has at least its first page in
#: the log, and what no page fills is nothing but zeros.
GROWTH_PER_LOG_BYTE = 8
#: Deleted records that one search keeps.
RECOVERED_MAX = 500_000
#: Index roots inside index roots; Windows makes none.
ROOTS_MAX = 8
#: Bytes of all logs of a hive that are held, and of one of them; the largest seen are 2.7 MB. One log is read
#: whatever the length of another: so a writer keeps within its own.
LOG_BYTES_MAX = 64 * 1024 * 1024
LOG_MAX = LOG_BYTES_MAX // 2
#: Bytes of log entries whose hashes are checked, of each log: in pure Python that takes 0.2 to 0.3 s per MiB.
LOG_HASHED_MAX = 16 * 1024 * 1024
#: Bytes of a hive that is read to memory: the format's stable storage ends at 2 GiB (bit 31 of a
#: cell offset means volatile), and the base block stands before it.
FILE_MAX = 2 * 1024 * 1024 * 1024 + 4096
#: Bytes of bins that a hive may grow to by writing: as above.
BINS_MAX = 2 * 1024 * 1024 * 1024 - 4096
#: UTF-16 units of a key's name that a writer makes (the kernel's limit; the documented one is 255).
KEY_NAME_MAX = 256
#: UTF-16 units of a value's name that a writer makes (Registry Element Size Limits).
VALUE_NAME_MAX = 16_383
#: Bytes of a class name: the length field has 16 bits, and a unit has two bytes.
CLASS_MAX = 65_534
#: Bytes of one value's data that a writer makes: 65,535 segments of 16,344 bytes.
VALUE_DATA_MAX = 65_535 * 16_344
#: Names of subkeys and values that a writer keeps in memory for finding them (about 150 bytes each).
INDEXED_MAX = 1_000_000
