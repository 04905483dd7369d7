"""Seconds that it takes to load a hive file into an embedded registry, and to read its bytes: printed, in turn."""

import sys
import time

from hiveguard.embedded.hive_store import HiveStore
from hiveguard.registry.hive_files import FileDisk

path = sys.argv[1]
for _ in range(2):
    start = time.perf_counter()
    with open(path, "rb") as file:
        size = len(file.read())
    read = time.perf_counter() - start
    start = time.perf_counter()
    store = HiveStore.open(FileDisk(path), path)
    loaded = time.perf_counter() - start
    store.close()
    del store
print(loaded, read)
