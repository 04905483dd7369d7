"""The notation of printf, where a prefix meets a precision and where a number is none.

The expected texts are those of the C library (snprintf).
"""

from __future__ import annotations

import math

import pytest

from hiveguard.trace.wpp_spec import render, wpp_spec


@pytest.mark.parametrize(
    "notation, value, expected",
    [
        ("#o", 8, "010"),
        ("#.3o", 1, "001"),
        ("#.3o", 0o777, "0777"),
        ("#.4o", 0o777, "0777"),
        ("#.0o", 0, "0"),
        (".0o", 0, ""),
        ("#.0o", 8, "010"),
        ("#o", 0, "0"),
        ("#5.o", 0, "    0"),
        ("#08o", 8, "00000010"),
        ("#-5.0o", 0, "0    "),
        ("#05.8o", 8, "00000010"),
        ("#.0x", 0, ""),
        ("#.3x", 1, "0x001"),
        ("#08X", 255, "0X0000FF"),
        ("#x", 0, "0"),
    ],
)
def test_integers(notation: str, value: int, expected: str) -> None:
    spec = wpp_spec(notation)
    assert spec is not None
    assert render(value, str(value), 32, spec) == expected


@pytest.mark.parametrize(
    "notation, value, expected",
    [
        ("012g", math.inf, "         inf"),
        ("012G", -math.inf, "        -INF"),
        ("05e", math.nan, "  nan"),
        ("0+12.8f", math.nan, "        +nan"),
        ("-05E", math.inf, "INF  "),
        ("0 5g", math.inf, "  inf"),
        ("06.1f", -2.25, "-002.2"),
        ("012g", 1e10, "00000001e+10"),
    ],
)
def test_what_is_no_number_has_no_zeros_before_it(notation: str, value: float, expected: str) -> None:
    spec = wpp_spec(notation)
    assert spec is not None
    assert render(value, str(value), 0, spec) == expected
