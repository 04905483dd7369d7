"""What is mutated: hives that the builder makes, and real ones where there are some.

Must not know: how they are mutated.
"""

from __future__ import annotations

from hiveguard.regf.layout import BASE_BLOCK_SIZE, HEADER_BINS_SIZE
from hiveguard.testing import HiveBuilder
from tools import shared_folder

SMALL = 16 * 1024
LARGE = 2 * 1024 * 1024


def _built(minor: int) -> bytes:
    builder = HiveBuilder(minor=minor)
    for number in range(12):
        key = builder.root.key(f"Key{number}", class_name="class" if number == 3 else None)
        key.value(None, 1, "default\0".encode("utf-16-le"))
        key.value("number", 4, b"\1\2\3\4")
        key.value("bytes", 3, bytes(range(60)))
        key.key("below").key("deeper").value("ü", 7, "a\0b\0\0".encode("utf-16-le"))
    builder.root.key("Ωmega").value("Ω", 1, b"odd")
    return builder.build()


def _trimmed(data: bytes) -> bytes:
    """Without the zeros that Windows keeps behind the last bin."""
    return data[: BASE_BLOCK_SIZE + int.from_bytes(data[HEADER_BINS_SIZE : HEADER_BINS_SIZE + 4], "little")]


def real(most: int, least: int = 0) -> list[tuple[str, bytes]]:
    """The real hives of a size, trimmed; none where the corpus is absent."""
    folder = shared_folder.unpack()
    found: list[tuple[str, bytes]] = []
    for path in sorted(folder.glob("*/*")) if folder is not None else ():
        if path.is_file() and path.stat().st_size <= 16 * 1024 * 1024:
            data = path.read_bytes()
            if data[:4] == b"regf" and least < len(trimmed := _trimmed(data)) <= most and data[28:32] == bytes(4):
                found.append((f"{path.parent.name}/{path.name}", trimmed))
    return found


def small() -> list[tuple[str, bytes]]:
    """Seeds of up to 16 KiB."""
    built = [(f"built 1.{minor}", _built(minor)) for minor in range(1, 7)]
    return [*((name, data) for name, data in built if len(data) <= SMALL), *real(SMALL)]


def large() -> list[tuple[str, bytes]]:
    """Real hives of up to 2 MiB."""
    return real(LARGE, SMALL)
