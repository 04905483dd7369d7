"""Coverage-guided inputs (atheris): the reader is instrumented, and inputs that reach new code are kept.

Must not know: hives. The corpus of inputs grows in build/fuzz/corpus, so that a later run goes on from there.
"""

from __future__ import annotations

import multiprocessing
import random
import sys
from pathlib import Path

CORPUS = Path("build/fuzz/corpus")
FINDINGS = Path("build/fuzz/findings")


def _child(seconds: int, number: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["hiveguard"]):
        from . import mutate, seeds, target
    from .__main__ import _save

    CORPUS.mkdir(parents=True, exist_ok=True)
    FINDINGS.mkdir(parents=True, exist_ok=True)
    for name, data in seeds.small():
        (CORPUS / name.replace("/", "-").replace(" ", "-")).write_bytes(data)
    target.bound_time()
    endings: dict[str, int] = {}

    def one(data: bytes) -> None:
        ending = target.read_everything(data, len(data) // 8)
        endings[ending] = endings.get(ending, 0) + 1
        if sum(endings.values()) >= 2000:
            _save("coverage", endings)

    def change(data: bytes, most: int, seed: int) -> bytes:
        # Half by libFuzzer's own mutations, half by those that know the format.
        if seed & 1:
            return bytes(atheris.Mutate(data, most))[:most]
        return mutate.mutant(data, random.Random(seed))[:most]

    arguments = [
        sys.argv[0],
        f"-max_total_time={seconds}",
        f"-max_len={seeds.SMALL}",
        f"-seed={number & 0x7FFFFFFF or 1}",
        f"-timeout={target.SECONDS}",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        "-verbosity=0",
        f"-artifact_prefix={FINDINGS}/",
        str(CORPUS),
    ]
    atheris.Setup(arguments, one, custom_mutator=change)
    atheris.Fuzz()


def fuzz(seconds: int, number: int) -> int:
    """Run for so many seconds in a process of its own (libFuzzer ends its process); 1 if it found something."""
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("coverage-guided run SKIPPED: atheris is not installed; run it by `make fuzz`")
        return 0
    child = multiprocessing.get_context("spawn").Process(target=_child, args=(seconds, number))
    child.start()
    child.join()
    print(f"coverage: ended with {child.exitcode}")
    return int(child.exitcode != 0)
