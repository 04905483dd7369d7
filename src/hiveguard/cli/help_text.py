"""A verb's help: short, complete, with examples; the same under every version of Python.

Must not know: what verbs do. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from textwrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .describe import Operand, Option, VerbText

__all__ = ("flags_text", "help_text")

_INDENT = 26


def help_text(verb: VerbText, width: int = 100) -> str:
    """The text that ``hiveguard VERB --help`` prints."""
    lines = [f"usage: hiveguard {verb.name} [options] {verb.usage}", ""]
    lines += [f"{verb.summary[0].upper()}{verb.summary[1:]}.", ""]
    for operand in verb.operands:
        lines += _entry(operand.word, operand, width)
    lines += ["", "options:"]
    for option in verb.options:
        lines += _entry(flags_text(option), option, width)
    lines += ["", "examples:", *(f"  {example}" for example in verb.examples)]
    return "\n".join(lines) + "\n"


def flags_text(option: Option) -> str:
    """``-o, --output FILE``"""
    return ", ".join(option.flags) + (f" {option.word}" if option.word else "")


def _entry(name: str, what: Option | Operand, width: int) -> list[str]:
    told = wrap(" ".join(what.help.split()), max(width - _INDENT, 30), break_on_hyphens=False) or [""]
    if len(name) > _INDENT - 4:
        return [f"  {name}", *(f"{'':{_INDENT}}{line}" for line in told)]
    return [f"  {name:<{_INDENT - 2}}{told[0]}", *(f"{'':{_INDENT}}{line}" for line in told[1:])]
