"""``hiveguard delete``: a value, or a key."""

from __future__ import annotations

from ...core.errors import BadArgument
from ..changing import add_target, change
from ..places import Places
from ..tree_deletion import count_tree, delete_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...embedded.live_key import LiveKey
    from ..session import Session

EXAMPLES = (
    "hiveguard delete NTUSER.DAT 'Software\\HiveGuard' rooms -o changed.dat",
    "hiveguard delete --write NTUSER.DAT 'Software\\HiveGuard' --tree",
)


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("hive", metavar="HIVE", help="a hive file")
    parser.add_argument("key", metavar="KEY", help="the key; of a symbolic link the link itself")
    parser.add_argument("name", nargs="?", metavar="VALUE", help="the value; without one the key itself is deleted")
    parser.add_argument("--default", action="store_true", help="the key's default value")
    parser.add_argument("--tree", action="store_true", help="a key with everything below it")
    add_target(parser)


def run(session: Session) -> None:
    options = session.options
    if options.default and options.name is not None:
        raise BadArgument(f"{options.name}: a value was named, and --default asks for another; give one of them")
    is_value = options.name is not None or options.default
    if is_value and options.tree:
        raise BadArgument("--tree is for keys; a value has nothing below it")

    def work(root: LiveKey) -> tuple[int, int]:
        places = Places(session, root, options.hive)
        names = places.names(options.key, to_delete=not is_value)
        if is_value:
            places.keys.open(names).delete_value(options.name)
            return 0, 1
        if not names:
            raise BadArgument("the root key cannot be deleted; name a key below it")
        # What is damaged may go: whoever deletes it knows, and only what could be read is counted.
        if not options.tree:
            keys, values = 1, len(places.keys.open(names).values(on_incomplete="record"))
            places.keys.delete(names)
            return keys, values
        keys, values = count_tree(places.keys, names)
        delete_tree(places.keys, names, options.hive, anyway=options.anyway)
        return keys, values

    change(session, options.hive, work)
