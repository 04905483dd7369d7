"""Where a path leads in a hive that is changed: to the same key that a verb which reads shows by that path.

Must not know: what is changed there. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.errors import BadArgument, NotFound
from .control_set import NAME, control_set
from .output import message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..embedded.live_key import LiveKey
    from .session import Session

__all__ = ("Places",)


class Places:
    """The keys below a hive's root key. ``hive``: as the user named it.

    ``CurrentControlSet`` is settled when it is first met: a change of ``Select`` moves nothing that follows, as it
    does not in a running Windows before its next start.
    """

    def __init__(self, session: Session, root: LiveKey, hive: str) -> None:
        self._session = session
        self._root = root
        self._hive = hive
        self._is_settled = False
        self._selected: str | None = None

    def names(self, path: str, *, to_delete: bool = False) -> tuple[str, ...]:
        """The names of a key from a path as people type it; what is not there yet is read by the rules of paths."""
        from ..registry.path import readings, split_path

        path = self._session.without_root(self._root, self._hive, path)
        for steps in readings(path):
            if any(ordinal > 1 for _, ordinal in steps):
                raise BadArgument(f"{path}: the second of a name cannot be changed; name the first one")
            names = self.in_control_set(tuple(name for name, _ in steps), to_delete=to_delete)
            try:
                self._root.open(names, link=True).close()
            except NotFound:
                continue
            return names
        return self.in_control_set(tuple(name for name, _ in split_path(path)), to_delete=to_delete)

    def in_control_set(self, names: tuple[str, ...], *, to_delete: bool = False) -> tuple[str, ...]:
        """The names with the selected control set for ``CurrentControlSet``; a line that says so, once."""
        if not names or names[0].lower() != NAME.lower():
            return names
        selected = self._control_set()
        if selected is None:
            return names
        if to_delete and len(names) == 1:  # as with a link: what it stands for is not deleted through it
            raise BadArgument(f"{NAME} stands for {selected}; name that to delete it")
        return (selected, *names[1:])

    def _control_set(self) -> str | None:
        if not self._is_settled:
            found = control_set(self._root)
            if found is not None:
                self._ensure_there(found)
                message(f"{self._hive}: {NAME} is taken as {found}, by Select\\Current")
            self._selected, self._is_settled = found, True
        return self._selected

    def _ensure_there(self, control: str) -> None:
        """A set that is selected and not there would be made, and Windows would not start from it."""
        try:
            self._root.open((control,), link=True).close()
        except NotFound:
            raise NotFound(
                f"{self._hive}: Select\\Current names {control}, which is not there; name a control set that is"
            ) from None
