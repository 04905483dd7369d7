"""The one table of limits: what bounds a reader of hostile traces, and why each bound is where it is.

Must not know: anything else. Sources: Microsoft, "EVENT_TRACE_PROPERTIES structure (evntrace.h)" for the largest
buffer; the rest is arithmetic on the format, so that time and memory stay linear in the size of the file.
"""

__all__ = (
    "BUFFER_MAX",
    "CHUNK_BYTES",
    "COST_SHOWN",
    "DAMAGE_KEPT",
    "EXPANSION_FLOOR",
    "EXPANSION_MAX",
    "HIVES_KEPT",
    "HOLES_KEPT",
    "MASKS_KEPT",
    "MERGE_BYTES",
    "MERGE_BYTES_MIN",
    "NAMES_KEPT",
    "OPEN_BYTES_MAX",
    "OPEN_CALLS_KEPT",
    "REORDER_MAX",
    "SAME_TIME_BYTES",
    "SAME_TIME_KEPT",
    "SCAN_STEP",
    "TMF_ARGUMENTS_KEPT",
    "TMF_ARGUMENTS_MAX",
    "TMF_BYTES_MAX",
    "TMF_FILES_MAX",
    "TMF_FINDINGS_KEPT",
    "TMF_LINE_MAX",
    "TMF_MESSAGES_MAX",
    "TMF_SYMBOLS_KEPT",
    "TMF_SYMBOLS_MAX",
    "WPP_ARGUMENTS_TEXT_MAX",
    "WPP_CAUSES_KEPT",
    "WPP_HOLES_KEPT",
    "WPP_LATE_MAX",
    "WPP_PLANS_KEPT",
    "WPP_TEXT_MAX",
    "WPP_WIDTH_MAX",
)

#: Bytes of a buffer, decompressed: the most that a session can be given (16,384 KB).
BUFFER_MAX = 16 * 1024 * 1024
#: Bytes of a buffer whose records are made at one go: a record takes 8 bytes or more, so that at most 8,192 of them
#: exist before the first is delivered.
CHUNK_BYTES = 64 * 1024
#: Decompressed bytes of all buffers of a file, per byte of the file (real traces stay below 10), and the floor for
#: small files: a match of a few bytes can stand for a whole buffer.
EXPANSION_MAX = 64
EXPANSION_FLOOR = 16 * 1024 * 1024
#: Bytes of the buffers that stand open together when processors are merged in time order (one each). Real: 64
#: processors of 1 MiB. A file that wants more is delivered in file order, and the verdict says so.
OPEN_BYTES_MAX = 256 * 1024 * 1024
#: Bytes whose records all processors of a merge together hold, made but not delivered, and the least of one.
MERGE_BYTES = 4 * 1024 * 1024
MERGE_BYTES_MIN = 1024
#: Findings kept one by one; the rest is counted by code.
DAMAGE_KEPT = 10_000
#: Characters of a finding's own words.
COST_SHOWN = 200
#: Holes in the sequence numbers kept one by one; the rest is counted.
HOLES_KEPT = 1_000
#: Buffers that may stand in front of an earlier one before that one counts as missing.
REORDER_MAX = 65_536
#: Changes of the kernel's group masks kept; a session has a few.
MASKS_KEPT = 10_000
#: Bytes read at one go when the next buffer of a broken chain is looked for.
SCAN_STEP = 1024 * 1024
#: Hives that are known at once, and calls that are open at once, of a trace; Windows has some hundreds.
HIVES_KEPT = 65_536
OPEN_CALLS_KEPT = 65_536
#: records of one time on several processors that are put in order together, and the bytes of their payloads; beyond,
#: they stay as they stand
SAME_TIME_KEPT = 4_096
SAME_TIME_BYTES = 1 << 20
#: Names of keys kept by their address: a busy machine has some hundred thousand open.
NAMES_KEPT = 1_000_000
#: Bytes of a file of message formats, characters of one of its lines, and how many files are read (real: 17 KB, 500
#: characters, some thousands for a driver suite).
TMF_BYTES_MAX = 4 * 1024 * 1024
TMF_LINE_MAX = 65_536
TMF_FILES_MAX = 100_000
#: Messages of all files together; arguments of one message and of all together; symbols of one enumeration or list and
#: of all together. Measured: 1,000,000 arguments take 280 MB, 2,000,000 symbols 330 to 450 MB, by their texts.
TMF_MESSAGES_MAX = 1_000_000
TMF_ARGUMENTS_MAX = 256
TMF_ARGUMENTS_KEPT = 1_000_000
TMF_SYMBOLS_MAX = 4_096
TMF_SYMBOLS_KEPT = 2_000_000
#: Findings about files of message formats kept one by one; the rest is counted by code.
TMF_FINDINGS_KEPT = 1_000
#: Characters that a width or a precision may ask for, and of the text of one message: a format may name one argument
#: of 64 KB thousands of times.
WPP_WIDTH_MAX = 1_024
WPP_TEXT_MAX = 262_144
#: Characters of the own texts of one message's arguments together: one bit may have thousands of names of 64 KB.
WPP_ARGUMENTS_TEXT_MAX = 262_144
#: Causes why messages stay raw (a GUID each) and holes in message numbers kept one by one; the rest is counted.
WPP_CAUSES_KEPT = 10_000
WPP_HOLES_KEPT = 65_536
#: How far a message number may be from its place, by which two processors have theirs in another order.
WPP_LATE_MAX = 64
#: Formats kept ready for use; a trace uses some hundreds.
WPP_PLANS_KEPT = 16_384
