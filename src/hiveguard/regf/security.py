"""Security descriptors: where a key's descriptor lies. What it says is decoded in `descriptor`.

Must not know: who may do what. Source: msuhanov/regf, "Key security".
"""

from __future__ import annotations

from struct import unpack_from

from . import layout as L
from .cells import content_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .damage import Findings
    from .image import Image

__all__ = ("check_security", "read_descriptor")

_DESCRIPTOR_MOST = 1 << 20


def read_descriptor(image: Image, offset: int, findings: Findings) -> bytes | None:
    """The raw self-relative descriptor of the security cell at an offset; None when there is none.

    A key without security (NIL) has none, and nothing is wrong; otherwise what is wrong is noted.
    """
    if offset == L.NIL:
        return None
    content = content_of(image, offset, L.SK, L.SK_DESCRIPTOR, L.SK_DESCRIPTOR + _DESCRIPTOR_MOST, findings, "security")
    if content is None:
        return None
    (size,) = unpack_from("<I", content, L.SK_DESCRIPTOR - 4)
    descriptor = content[L.SK_DESCRIPTOR : L.SK_DESCRIPTOR + size]
    if len(descriptor) < size:
        findings.add("security", offset, f"{size:,} bytes, its cell holds {len(descriptor):,}")
    return descriptor


def check_security(image: Image, offset: int, findings: Findings) -> bool:
    """Whether a key's security offset leads to a whole descriptor; what is wrong is noted."""
    before = len(findings)
    read_descriptor(image, offset, findings)
    return len(findings) == before
