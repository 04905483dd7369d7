"""``HKEYType``: the handle object of ``winreg``.

Must not know: what handles lead to. Source: Python documentation, "winreg", "Registry Handle Objects"; CPython,
PC/winreg.c.
"""

from __future__ import annotations

import sys
from typing import NoReturn

from ..core.errors import HiveError
from .errors import as_windows
from .table import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import SupportsIndex

__all__ = ("HKEYType", "new_hkey")

_QUALIFIED = "winreg.PyHKEY" if sys.version_info >= (3, 12) else "PyHKEY"
_UNARY = ("abs", "float", "invert", "neg", "pos")
_BINARY = ("add", "and", "divmod", "lshift", "mod", "mul", "or", "pow", "rshift", "sub", "xor")
_OPERATORS = (*_UNARY, *_BINARY, *(f"r{name}" for name in _BINARY))


def _no_number(*operands: object) -> NoReturn:
    raise TypeError("bad operand type")


class _Immutable(type):
    def __setattr__(cls, name: str, value: object) -> NoReturn:
        raise TypeError(f"cannot set {name!r} attribute of immutable type {_QUALIFIED!r}")

    def __call__(cls, *arguments: object) -> NoReturn:
        raise TypeError(f"cannot create {_QUALIFIED!r} instances")


class PyHKEY(metaclass=_Immutable):
    """A registry handle: closed by `Close`, at the end of ``with``, or when nobody holds it any more."""

    __slots__ = ("_handle",)
    __module__ = "winreg" if sys.version_info >= (3, 12) else "builtins"
    _handle: int

    for _name in _OPERATORS:
        locals()[f"__{_name}__"] = _no_number
    del _name

    @property
    def handle(self) -> int:
        """The number of the handle; 0 when it is closed or was detached."""
        return self._handle

    def Close(self) -> None:
        """Close the handle. Closing twice does nothing."""
        handle = self._handle
        self._handle = 0
        if handle:
            try:
                TABLE.close(handle)
            except HiveError as error:  # somebody closed the number meanwhile
                raise as_windows(error) from None

    def Detach(self) -> int:
        """Give the number away: the object does not close it any more."""
        sys.audit("winreg.PyHKEY.Detach", self._handle)
        handle = self._handle
        self._handle = 0
        return handle

    def __enter__(self) -> PyHKEY:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.Close()

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(f"cannot pickle {type(self).__name__!r} object")  # a copy would close the number of another

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError(f"type {_QUALIFIED!r} is not an acceptable base type")

    def __bool__(self) -> bool:
        return self._handle != 0

    def __int__(self) -> int:
        return self._handle

    def __hash__(self) -> int:
        return object.__hash__(self)

    def __str__(self) -> str:
        return f"<PyHKEY:{self._handle:#018x}>"

    def __del__(self) -> None:
        handle = getattr(self, "_handle", 0)
        if handle:
            TABLE.let_go(handle)


HKEYType = PyHKEY


def new_hkey(handle: int) -> PyHKEY:
    """An object that owns a handle."""
    hkey: PyHKEY = object.__new__(PyHKEY)
    object.__setattr__(hkey, "_handle", handle)
    return hkey
