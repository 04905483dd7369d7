"""What is damaged in the lists of subkeys below a key, and those lists made anew without it, so that the key can go.

A list may not be readable, lead to no key, to a cell that is marked free, or to a key of another one. What it leads
to may be anybody's: it is taken out of the list, and its cells stay. Must not know: files, paths as text.
Source: HiveGuard's own contract.
"""

from __future__ import annotations

from .damage import Findings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .editor import Editor

__all__ = ("Prune",)


class Prune:
    """A look at a key and at everything below it that is its own. Nothing is changed before `apply`.

    ``found``: what is wrong with the lists, each with its path below ``above``; empty: all of them are sound.
    """

    def __init__(self, editor: Editor, start: int, above: tuple[str, ...]) -> None:
        self.found = Findings()
        self._editor = editor
        self._broken: list[tuple[int, list[int]]] = []  # the keys whose lists are, with the subkeys that are their own
        seen = {start}
        todo = [(start, above)]
        while todo:
            key, path = todo.pop()
            self.found.where = "\\".join(path).__str__
            before = len(self.found)
            own: list[int] = []
            for child in editor.subkeys(key, self.found):
                if child in seen:
                    self.found.add("key-seen", child)
                elif editor.is_own(key, child):
                    seen.add(child)
                    own.append(child)
                elif editor.heap.room(child):  # what is marked free was found by who read it
                    self.found.add("key-astray", child)
            if len(self.found) > before or not editor.has_sound_subkeys(key):
                self._broken.append((key, own))
            todo += [(child, (*path, editor.name(child))) for child in own]

    def apply(self, time: int) -> None:
        """Make the lists anew, each of the subkeys that are its key's own."""
        for key, own in self._broken:
            self._editor.keep_subkeys(key, frozenset(own), time)
