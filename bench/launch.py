"""Runs one command and prints what it cost: `user system peak-KiB status`, on the last line of stdout.

A process of its own, started as `python -I -S`: the kernel counts the parent's memory at the moment
of exec into the child's peak, so the parent must be smaller than anything that is measured.

    launch.py STDOUT STDERR COMMAND [ARGUMENT ...]
"""

import os
import sys


def main() -> int:
    out, err, *command = sys.argv[1:]
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, out, flags, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, err, flags, 0o600),
    ]
    child = os.posix_spawn(command[0], command, os.environ, file_actions=files)
    _, status, usage = os.wait4(child, 0)
    print(usage.ru_utime, usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
    return 0


if __name__ == "__main__":
    sys.exit(main())
