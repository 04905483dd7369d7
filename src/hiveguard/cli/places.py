"""Where a path leads in a hive that is changed: to the same key that a verb which reads shows by that path.

Must not know: what is changed there. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.errors import BadArgument, HiveError, Incomplete, NotFound
from .control_set import NAME, control_set
from .output import message
from .own_keys import OwnKeys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..embedded.live_key import LiveKey
    from .session import Session

__all__ = ("Places",)


class Places:
    """The keys below a hive's root key. ``hive``: as the user named it.

    ``CurrentControlSet`` is settled before anything is changed: a change of ``Select`` moves nothing that follows,
    as it does not in a running Windows before its next start.
    """

    def __init__(self, session: Session, root: LiveKey, hive: str) -> None:
        self._session = session
        self._hive = hive
        self.keys = OwnKeys(root)
        self._selected: str | None = None
        self._failure: HiveError | None = None
        self._is_told = False
        try:
            self._selected = control_set(self.keys, hive)
            if self._selected is not None:
                self._ensure_there(self._selected)
        except HiveError as error:  # of no interest where nothing is changed below that name
            self._failure = error

    def names(self, path: str, *, to_delete: bool = False) -> tuple[str, ...]:
        """The names of a key from a path as people type it; what is not there yet is read by the rules of paths."""
        from ..registry.path import readings, split_path

        path = self._session.without_root(self.keys, self._hive, path)
        for steps in readings(path):
            if any(ordinal > 1 for _, ordinal in steps):
                raise BadArgument(f"{path}: the second of a name cannot be changed; name the first one")
            names = self.in_control_set(tuple(name for name, _ in steps), to_delete=to_delete)
            try:
                self.keys.open(names)
            except NotFound:
                continue
            except Incomplete:
                if not to_delete:
                    raise
            return names
        return self.in_control_set(tuple(name for name, _ in split_path(path)), to_delete=to_delete)

    def in_control_set(self, names: tuple[str, ...], *, to_delete: bool = False) -> tuple[str, ...]:
        """The names with the selected control set for ``CurrentControlSet``; a line that says so, once."""
        if not names or names[0].lower() != NAME.lower():
            return names
        if self._failure is not None:
            raise self._failure
        selected = self._selected
        if selected is None:
            return names
        if not self._is_told:
            message(f"{self._hive}: {NAME} is taken as {selected}, by Select\\Current")
            self._is_told = True
        if to_delete and len(names) == 1:  # as with a link: what it stands for is not deleted through it
            raise BadArgument(f"{NAME} stands for {selected}; name that to delete it")
        return (selected, *names[1:])

    def _ensure_there(self, control: str) -> None:
        """A set that is selected and not there would be made, and Windows would not start from it."""
        try:
            self.keys.open((control,))
        except NotFound:
            raise NotFound(
                f"{self._hive}: Select\\Current names {control}, which is not there; name a control set that is"
            ) from None
