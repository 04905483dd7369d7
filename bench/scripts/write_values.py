"""Seconds that it takes to set values in a new hive and make them last: write_values.py WRITER FOLDER KEYS VALUES

WRITER: hiveguard, hivex; drop-in and fake-winreg make nothing last. Only the writes are timed.
"""

import os
import sys
import time
from importlib import import_module

writer, folder, keys, values = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
names = [f"key{number}" for number in range(keys)]
each = [f"value{number}" for number in range(values // keys)]
data = b"data"
path = os.path.join(folder, f"{writer}.dat")

if writer == "hiveguard":
    import hiveguard

    hiveguard.create(path)
    with hiveguard.Registry(bare=True, lazy_flush=None) as registry:
        registry.load("HKU\\Bench", path)
        opened = [registry.create(f"HKU\\Bench\\{name}") for name in names]
        start = time.perf_counter()
        for key in opened:
            for value in each:
                key.set_value(value, data, 4)
        registry.flush()
        end = time.perf_counter()
        for key in opened:
            key.close()
elif writer == "hivex":
    import hivex

    hive = hivex.Hivex(os.path.join(folder, "empty.dat"), write=True)
    nodes = [hive.node_add_child(hive.root(), name) for name in names]
    start = time.perf_counter()
    for node in nodes:
        for value in each:
            hive.node_set_value(node, {"key": value, "t": 4, "value": data})
    hive.commit(path)
    end = time.perf_counter()
else:
    winreg = import_module("hiveguard.winreg" if writer == "drop-in" else "fake_winreg")
    if writer == "fake-winreg":
        winreg.load_fake_registry(winreg.fake_reg_tools.get_minimal_windows_testregistry())
    handles = [winreg.CreateKey(winreg.HKEY_CURRENT_USER, f"Software\\{name}") for name in names]
    start = time.perf_counter()
    for handle in handles:
        for number, value in enumerate(each):
            winreg.SetValueEx(handle, value, 0, winreg.REG_DWORD, number)
    end = time.perf_counter()
print(end - start)
