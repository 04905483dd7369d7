"""The hives that the examples of the documentation read: a small NTUSER.DAT, and the same one cut short."""

from __future__ import annotations

from pathlib import Path

from hiveguard.testing import HiveBuilder

#: where the cut one ends; its keys lie before, some of its lists and data behind
CUT_AT = 8192


def ntuser() -> bytes:
    """A user's hive as it is after a first day: some software, a desktop, a Run key."""
    builder = HiveBuilder(
        minor=5,
        root_name="CMI-CreateHive{6A1C4018-979D-4291-A7DC-7AED1C75B67C}",
        file_name="\\??\\C:\\Users\\ada\\NTUSER.DAT",
    )
    root = builder.root
    desktop = root.key("Control Panel\\Desktop")
    desktop.text("WallPaper", "C:\\Windows\\web\\wallpaper\\Windows\\img0.jpg")
    desktop.dword("JPEGImportQuality", 85)
    environment = root.key("Environment")
    environment.text("Path", "%USERPROFILE%\\AppData\\Local\\Microsoft\\WindowsApps;", expand=True)
    environment.text("TEMP", "%USERPROFILE%\\AppData\\Local\\Temp", expand=True)
    run = root.key("Software\\Microsoft\\Windows\\CurrentVersion\\Run")
    run.text("OneDrive", '"C:\\Users\\ada\\AppData\\Local\\Microsoft\\OneDrive\\OneDrive.exe" /background')
    guard = root.key("Software\\HiveGuard")
    guard.text(None, "the default value")
    guard.multi("Rooms", "core", "regf", "registry")
    guard.binary("Blob", bytes(range(16)))
    for number in range(16):
        root.key(f"Software\\Many\\Key {number:02}").binary("Block", bytes([number]) * 200)
    return builder.build()


def write(folder: Path) -> None:
    """Put NTUSER.DAT and CUT.DAT into `folder`."""
    whole = ntuser()
    (folder / "NTUSER.DAT").write_bytes(whole)
    (folder / "CUT.DAT").write_bytes(whole[:CUT_AT])
