"""The one table of limits of watching.

Must not know: anything else. Source: HiveGuard's own contract.
"""

__all__ = (
    "BLANK",
    "DESCRIPTORS_MOST",
    "DESCRIPTORS_PART",
    "FILES_MOST",
    "FIRST_LOOK",
    "FOLDERS_MOST",
    "GONE_KEPT",
    "GROWING",
    "INTERVAL",
    "INTERVAL_LEAST",
    "INTERVAL_MOST",
    "LOSSES_KEPT",
    "NOTICES_MOST",
    "QUEUE",
    "RACY",
    "RACY_COARSE",
)

#: ns between two rounds of the poll, and what may be asked for
INTERVAL = 500_000_000
INTERVAL_LEAST = 10_000_000
INTERVAL_MOST = 86_400_000_000_000
#: hives that are gone and still remembered; beyond, those that went first are forgotten
GONE_KEPT = 10_000
#: kinds of losses told one by one in the verdict
LOSSES_KEPT = 100
#: folders that are watched, and files in them that are looked at; what is beyond is told, and not watched
FOLDERS_MOST = 10_000
FILES_MOST = 100_000
#: folders that all watches keep open, so that a stat is relative to them; beyond, whole paths are used
DESCRIPTORS_MOST = 256
#: of the descriptors that the process may have (ulimit -n), one in so many may be kept for that
DESCRIPTORS_PART = 4
#: ns within which two changes may leave the same time on a file: what was met so lately is looked at again
RACY = 100_000_000
#: the same where times are whole seconds (FAT has only even ones)
RACY_COARSE = 2_100_000_000
#: ns since its last write after which a file that is shorter than it says is taken for a hive that was cut
GROWING = 2_000_000_000
#: ns for which a hive may be emptied where it stands, and have no header, until it counts as gone
BLANK = 2_000_000_000
#: events that wait for a slow consumer, beside what the first look finds before anybody can read: of each hive that it
#: is there, what is held about it, and that once more
QUEUE = 65_536
FIRST_LOOK = 3 * FILES_MOST
#: events of inotify taken from the kernel before they are made sense of
NOTICES_MOST = 4_096
