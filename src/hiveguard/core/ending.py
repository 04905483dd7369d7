"""How something ended: the closed list, each graver than the one above.

Must not know: any registry. Source: HiveGuard's own contract.
"""

from enum import IntEnum

__all__ = ("Ending",)


class Ending(IntEnum):
    """How a read, a walk or a watch ended; a larger number is a graver ending."""

    COMPLETE = 0  #: everything that was there at one moment, and the evidence shows it
    UNPROVEN = 1  #: nothing was seen to change, but nothing shows that it did not
    STOPPED = 2  #: ended early: by the caller, a deadline, a limit or a signal
    CHANGED = 3  #: it kept changing; what was delivered is not one state
    LOST = 4  #: events were lost on the way
    ACCESS_DENIED = 5  #: a part was refused; the rest was delivered
    DAMAGED = 6  #: a part is unreadable; everything reachable was delivered
    KEY_DELETED = 7  #: the key itself went away
    HIVE_UNLOADED = 8  #: the hive under it went away
    HANDLE_CLOSED = 9  #: the handle was closed under the reader
    UNAVAILABLE = 10  #: the source cannot be asked
    FAILED = 11  #: any other error; the platform's code is kept

    @property
    def words(self) -> str:
        """The ending as people read it: ``hive unloaded``."""
        return self.name.replace("_", " ").lower()
