"""Names and data as text for a terminal: nothing that controls one passes.

A key name may hold ESC, CR, LF, NUL, a lone surrogate or a character that turns the direction of
writing; all are shown as escapes, so that no hive can draw on the screen of who reads it.
Must not know: hives. Source: Unicode categories Cc, Cf, Cs, Zl, Zp.
"""

from __future__ import annotations

__all__ = ("visible",)

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0", "\x1b": "\\e"}


def _escape(character: str) -> str:
    short = _SHORT.get(character)
    if short is not None:
        return short
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: str) -> str:
    """The text with every character that does not print replaced by an escape."""
    if text.isascii() and text.isprintable():
        return text
    # isprintable() is false for control, format, surrogate, private and unassigned characters, and for
    # separators other than the space.
    return "".join(character if character.isprintable() else _escape(character) for character in text)
