"""Upper case as the registry sees it: RtlUpcaseUnicodeChar of Windows 10, unit by UTF-16 unit.

``str.upper``, ``lower`` and ``casefold`` are all wrong here: Windows maps single 16-bit units (a
surrogate to itself, `ß` never to `SS`), from a table that stopped at Unicode 5.1. 973 units change.

Must not know: cells, files. Source: the table of a Windows 10 system, as runs of
``start+count[/2]:delta`` (hexadecimal start, decimal count, step 1 unless ``/2``).
"""

__all__ = ("UPCASE",)

_RUNS = """
0061+26:-32 00E0+23:-32 00F8+7:-32 00FF:+121 0101+24/2:-1 0133+3/2:-1 013A+8/2:-1 014B+23/2:-1
017A+3/2:-1 0180:+195 0183+2/2:-1 0188:-1 018C:-1 0192:-1 0195:+97 0199:-1 019A:+163 019E:+130
01A1+3/2:-1 01A8:-1 01AD:-1 01B0:-1 01B4+2/2:-1 01B9:-1 01BD:-1 01BF:+56 01C6:-2 01C9:-2 01CC:-2
01CE+8/2:-1 01DD:-79 01DF+9/2:-1 01F3:-2 01F5:-1 01F9+20/2:-1 0223+9/2:-1 023C:-1 0242:-1
0247+5/2:-1 0250:+10783 0251:+10780 0253:-210 0254:-206 0256+2:-205 0259:-202 025B:-203 0260:-205
0263:-207 0268:-209 0269:-211 026B:+10743 026F:-211 0271:+10749 0272:-213 0275:-214 027D:+10727
0280:-218 0283:-218 0288:-218 0289:-69 028A+2:-217 028C:-71 0292:-219 0371+2/2:-1 0377:-1
037B+3:+130 03AC:-38 03AD+3:-37 03B1+17:-32 03C3+9:-32 03CC:-64 03CD+2:-63 03D7:-8 03D9+12/2:-1
03F2:+7 03F8:-1 03FB:-1 0430+32:-32 0450+16:-80 0461+17/2:-1 048B+27/2:-1 04C2+7/2:-1 04CF:-15
04D1+42/2:-1 0561+38:-48 1D79:+35332 1D7D:+3814 1E01+75/2:-1 1EA1+48/2:-1 1F00+8:+8 1F10+6:+8
1F20+8:+8 1F30+8:+8 1F40+6:+8 1F51+4/2:+8 1F60+8:+8 1F70+2:+74 1F72+4:+86 1F76+2:+100 1F78+2:+128
1F7A+2:+112 1F7C+2:+126 1F80+8:+8 1F90+8:+8 1FA0+8:+8 1FB0+2:+8 1FB3:+9 1FC3:+9 1FD0+2:+8
1FE0+2:+8 1FE5:+7 1FF3:+9 214E:-28 2170+16:-16 2184:-1 24D0+26:-26 2C30+47:-48 2C61:-1
2C65:-10795 2C66:-10792 2C68+3/2:-1 2C73:-1 2C76:-1 2C81+50/2:-1 2D00+38:-7264 A641+16/2:-1
A663+6/2:-1 A681+12/2:-1 A723+7/2:-1 A733+31/2:-1 A77A+2/2:-1 A77F+5/2:-1 A78C:-1 FF41+26:-32
"""


def _table() -> dict[int, int]:
    table: dict[int, int] = {}
    for run in _RUNS.split():
        where, delta = run.split(":")
        where, _, step = where.partition("/")
        start, _, count = where.partition("+")
        first, stride = int(start, 16), int(step or 1)
        for unit in range(first, first + int(count or 1) * stride, stride):
            table[unit] = unit + int(delta)
    return table


#: UTF-16 unit to its upper case, for the units that change. Usable with ``str.translate``: a
#: character outside the basic plane stands for two surrogates, and neither changes.
UPCASE = _table()
