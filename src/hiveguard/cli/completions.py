"""Shell completions for bash, zsh and fish, made from the verbs' own options.

Must not know: hives, files. Sources: the manuals of bash ("Programmable Completion"), zsh ("Completion
System") and fish ("complete").
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .describe import Operand, Option, VerbText

__all__ = ("COMPLETIONS", "bash", "fish", "zsh")

_MADE = "# Made by `hiveguard completion {shell}` from the verbs' own options; do not edit."


def _option_words(verb: VerbText) -> str:
    return " ".join(flag for option in verb.options for flag in option.flags)


def _operand_words(verb: VerbText) -> tuple[str, ...]:
    return tuple(word for operand in verb.operands for word in operand.choices)


def bash(verbs: Sequence[VerbText]) -> str:
    """The completion for bash; it needs nothing but bash."""
    lines = [
        _MADE.format(shell="bash"),
        "_hiveguard() {",
        "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]}",
        "    local options='' operands='' words='' files=yes",
        "    COMPREPLY=()",
        "    if ((COMP_CWORD == 1)); then",
        f"        mapfile -t COMPREPLY < <(compgen -W '{' '.join(verb.name for verb in verbs)} --help --version' "
        '-- "$current")',
        "        return",
        "    fi",
        "    case $verb in",
    ]
    for verb in verbs:
        lines += [f"    {verb.name})", f"        options='{_option_words(verb)}'"]
        words = _operand_words(verb)
        if words:
            lines.append(f"        operands='{' '.join(words)}'")
        taking = [option for option in verb.options if option.word]
        if taking:
            lines.append("        case $previous in")
            for option in taking:
                lines.append(f"        {'|'.join(option.flags)}) {_bash_argument(option)} ;;")
            lines.append("        esac")
        lines.append("        ;;")
    lines += [
        "    help) words='" + " ".join(verb.name for verb in verbs) + "' files= ;;",
        "    esac",
        "    if [[ -n $words || -z $files ]]; then",
        '        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")',
        "    elif [[ $current == -* ]]; then",
        '        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")',
        "    elif [[ -n $operands ]]; then",
        '        mapfile -t COMPREPLY < <(compgen -W "$operands" -- "$current")',
        "        files=",
        "    fi",
        "    if [[ -n $files && $current != -* ]]; then",
        "        local file",
        "        compopt -o filenames 2>/dev/null",
        "        while IFS= read -r file; do",
        '            COMPREPLY+=("$file")',
        '        done < <(compgen -f -- "$current")',
        "    fi",
        "}",
        "complete -F _hiveguard hiveguard",
    ]
    return "\n".join(lines) + "\n"


def _bash_argument(option: Option) -> str:
    words = f"words='{' '.join(option.choices)}'" if option.choices else ""
    return " ".join(part for part in (words, "" if option.is_file else "files=") if part) or ":"


def zsh(verbs: Sequence[VerbText]) -> str:
    """The completion for zsh, a function to be loaded by name."""
    lines = ["#compdef hiveguard", _MADE.format(shell="zsh"), "", "_hiveguard() {", "    local -a verbs"]
    lines += ["    verbs=(", *(f"        {_zsh_quoted(f'{verb.name}:{verb.summary}')}" for verb in verbs), "    )"]
    lines += [
        "    if ((CURRENT == 2)); then",
        "        _describe verb verbs",
        "        compadd -- --help --version",
        "        return",
        "    fi",
        "    local verb=$words[2]",
        "    shift words",
        "    ((CURRENT--))",
        "    case $verb in",
    ]
    for verb in verbs:
        parts = [*map(_zsh_option, verb.options), *_zsh_operands(verb.operands)]
        lines += [
            f"    {verb.name})",
            "        _arguments -s \\",
            " \\\n".join(f"            {part}" for part in parts),
        ]
        lines.append("        ;;")
    lines += ["    help) _describe verb verbs ;;", "    esac", "}", ""]
    # Loaded by name it is the function's own body, by `source` it must say what it completes.
    lines += ['if [[ $funcstack[1] == _hiveguard ]]; then _hiveguard "$@"; else compdef _hiveguard hiveguard; fi']
    return "\n".join(lines) + "\n"


def _zsh_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _zsh_text(text: str) -> str:
    plain = " ".join(text.split())
    return "".join(f"\\{mark}" if mark in "[]:\\" else mark for mark in plain)


def _zsh_option(option: Option) -> str:
    argument = ""
    if option.word:
        argument = f":{_zsh_text(option.word)}:{_zsh_action(option)}"
    body = _zsh_quoted(f"[{_zsh_text(option.help)}]{argument}")
    if len(option.flags) == 1:
        return f"{option.flags[0]}{body}"
    return f"'({' '.join(option.flags)})'{{{','.join(option.flags)}}}{body}"


def _zsh_action(what: Option | Operand) -> str:
    if what.choices and what.is_file:
        words = " ".join(what.choices)
        return f'_alternative "words:word:({words})" "files:file:_files"'
    if what.choices:
        return f"({' '.join(what.choices)})"
    return "_files" if what.is_file else " "


def _zsh_operands(operands: Iterable[Operand]) -> list[str]:
    return [
        _zsh_quoted(f"{'*' if operand.repeats else ''}:{_zsh_text(operand.word)}:{_zsh_action(operand)}")
        for operand in operands
    ]


def fish(verbs: Sequence[VerbText]) -> str:
    """The completion for fish."""
    start = "complete -c hiveguard"
    lines = [_MADE.format(shell="fish")]
    for verb in verbs:
        lines.append(f"{start} -n __fish_use_subcommand -f -a {verb.name} -d {_fish_quoted(verb.summary)}")
    lines.append(f"{start} -n __fish_use_subcommand -f -l help -s h -d 'what there is'")
    lines.append(f"{start} -n __fish_use_subcommand -f -l version -s V -d 'version'")
    for verb in verbs:
        when = f"{start} -n '__fish_seen_subcommand_from {verb.name}'"
        lines += [f"{when}{_fish_option(option)}" for option in verb.options]
        words = _operand_words(verb)
        if words:
            lines.append(f"{when} -f -a '{' '.join(words)}'")
    return "\n".join(lines) + "\n"


def _fish_quoted(text: str) -> str:
    plain = " ".join(text.split())
    return "'" + plain.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _fish_option(option: Option) -> str:
    flags = "".join(f" -l {flag[2:]}" if flag.startswith("--") else f" -s {flag[1:]}" for flag in option.flags)
    argument = ""
    if option.word:
        argument = " -r" if option.is_file else " -x"
        if option.choices:
            argument += f" -a '{' '.join(option.choices)}'"
    return f"{flags}{argument} -d {_fish_quoted(option.help)}"


COMPLETIONS: dict[str, Callable[[Sequence[VerbText]], str]] = {"bash": bash, "zsh": zsh, "fish": fish}
