"""What programs rely on beyond CPython's own tests: raw data of any shape, rights, persistence, the fixture."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path

import pytest

import hiveguard
import hiveguard.winreg as winreg

SOURCE = Path(__file__).resolve().parents[3] / "src"


def wide(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


@pytest.mark.parametrize(
    ("kind", "raw", "read"),
    [
        (1, wide("ab"), "ab"),
        (1, wide("ab\0\0"), "ab"),
        (1, wide("a\0b\0"), "a"),
        (1, b"a\0b", "a"),
        (1, b"a", ""),
        (1, b"", ""),
        (1, wide("\ud800"), "\ud800"),
        (2, wide("%PATH%\0"), "%PATH%"),
        (4, b"", 0),
        (4, b"\1\2", 0x201),
        (4, b"\1\2\3\4\5\6\7\x08", 0x04030201),
        (5, b"\1\2\3\4", b"\1\2\3\4"),
        (11, b"", 0),
        (11, b"\1\2\3\4", 0x04030201),
        (7, wide("a\0b\0\0"), ["a", "b"]),
        (7, wide("a\0b\0"), ["a", "b"]),
        (7, wide("a\0b"), ["a", "b"]),
        (7, wide("a\0\0b\0\0"), ["a", "", "b"]),
        (7, wide("\0\0"), [""]),
        (7, wide("\0"), []),
        (7, b"", None),
        (7, wide("a\0\0") + b"x", ["a"]),
        (0, b"ab", b"ab"),
        (0, b"", None),
        (3, b"", None),
        (6, wide("\\x"), wide("\\x")),
        (99, b"ab", b"ab"),
    ],
)
def test_raw_data_are_read_as_the_real_module_reads_them(
    hive_registry: hiveguard.Registry, kind: int, raw: bytes, read: object
) -> None:
    with hive_registry.create(r"HKCU\Software\Raw") as key:
        key.set_value("v", raw, kind)
    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, r"Software\Raw") as key:
        assert winreg.QueryValueEx(key, "v") == (read, kind)
        assert winreg.EnumValue(key, 0) == ("v", read, kind)


def test_a_type_above_31_bits_is_a_negative_number(hive_registry: hiveguard.Registry) -> None:
    with hive_registry.create(r"HKCU\T") as key:
        key.set_value("v", b"ab", 0xFFFF0011)
    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, "T") as key:
        assert winreg.QueryValueEx(key, "v") == (b"ab", -65519)


def test_errors_have_windows_codes_and_tell_the_cause(hive_registry: hiveguard.Registry) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        winreg.OpenKey(winreg.HKEY_CURRENT_USER, "Nowhere")
    assert caught.value.winerror == 2
    assert "there is no subkey 'Nowhere'" in caught.value.__notes__[0]
    key = winreg.CreateKey(winreg.HKEY_CURRENT_USER, "Gone")
    hive_registry.unload("HKCU", force=True)
    with pytest.raises(OSError, match="marked for deletion") as ended:
        winreg.QueryInfoKey(key)
    assert ended.value.winerror == 1018
    key.Close()


def test_nothing_is_made_directly_below_the_roots_of_hives(hive_registry: hiveguard.Registry) -> None:
    for root in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_USERS):
        with pytest.raises(OSError) as caught:
            winreg.CreateKey(root, "Mine")
        assert caught.value.winerror == 87


def test_a_handle_for_reading_does_not_write(hive_registry: hiveguard.Registry) -> None:
    winreg.CreateKey(winreg.HKEY_CURRENT_USER, "K").Close()
    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, "K") as key, pytest.raises(PermissionError):
        winreg.SetValueEx(key, "v", 0, winreg.REG_SZ, "x")
    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, "K", access=winreg.KEY_SET_VALUE) as key:
        winreg.SetValueEx(key, "v", 0, winreg.REG_SZ, "x")
        with pytest.raises(PermissionError):
            winreg.QueryValueEx(key, "v")


def test_an_index_past_the_end_is_259(hive_registry: hiveguard.Registry) -> None:
    for index in (-1, 1000):
        with pytest.raises(OSError) as caught:
            winreg.EnumKey(winreg.HKEY_CURRENT_USER, index)
        assert caught.value.winerror == 259


def test_a_handle_that_nobody_holds_is_closed(hive_registry: hiveguard.Registry) -> None:
    key = winreg.CreateKey(winreg.HKEY_CURRENT_USER, "Dropped")
    number = int(key)
    del key
    with pytest.raises(OSError) as caught:
        winreg.QueryInfoKey(number)
    assert caught.value.winerror == 6


def test_the_32_bit_view_is_a_key_of_its_own(hive_registry: hiveguard.Registry) -> None:
    access = winreg.KEY_ALL_ACCESS | winreg.KEY_WOW64_32KEY
    with winreg.CreateKeyEx(winreg.HKEY_LOCAL_MACHINE, r"Software\Ours", 0, access) as key:
        winreg.SetValueEx(key, "bits", 0, winreg.REG_DWORD, 32)
    with pytest.raises(FileNotFoundError):
        winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"Software\Ours")
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"Software\Wow6432Node\Ours") as key:
        assert winreg.QueryValueEx(key, "bits") == (32, winreg.REG_DWORD)


def test_hives_are_loaded_and_saved(hive_registry: hiveguard.Registry, tmp_path: Path) -> None:
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, r"Software\Saved\Deep") as key:
        winreg.SetValueEx(key, "v", 0, winreg.REG_SZ, "kept")
    file = str(tmp_path / "saved.dat")
    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, r"Software\Saved") as key:
        winreg.SaveKey(key, file)
        with pytest.raises(FileExistsError) as caught:
            winreg.SaveKey(key, file)
        assert caught.value.winerror == 183
    winreg.LoadKey(winreg.HKEY_USERS, "Again", file)
    assert winreg.QueryValueEx(winreg.OpenKey(winreg.HKEY_USERS, r"Again\Deep"), "v") == ("kept", winreg.REG_SZ)


def test_a_folder_keeps_the_registry(tmp_path: Path) -> None:
    script = (
        "import hiveguard.winreg as w\n"
        "key = w.CreateKey(w.HKEY_CURRENT_USER, 'Software\\\\Kept')\n"
        "try: print(w.QueryValueEx(key, 'n')[0])\n"
        "except FileNotFoundError: print('new'); w.SetValueEx(key, 'n', 0, w.REG_DWORD, 7)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "HIVEGUARD_REGISTRY": str(tmp_path)}
    command = [sys.executable, "-c", script]
    for told in ("new\n", "7\n"):
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert run.stdout == told


def test_an_unchanged_program_runs(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import sys, winreg\nprint(winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, 'SOFTWARE'), sys.argv)\n")
    run = subprocess.run(
        [sys.executable, "-m", "hiveguard.winreg", program, "word"],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.startswith("<PyHKEY:0x")
    assert run.stdout.rstrip().endswith("'word']")


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-m", "hiveguard.winreg", *words]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


def test_a_program_finds_what_lies_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "beside.py").write_text("import winreg\nfound = winreg.HKEY_USERS\n")
    (folder / "program.py").write_text("import sys, beside\nprint(hex(beside.found), __name__, sys.path[0])\n")
    done = run(tmp_path, str(Path("elsewhere") / "program.py"))
    assert done.stdout.split() == ["0xffffffff80000003", "__main__", str(folder)], done.stderr
    done = run(folder, "-m", "program")
    assert done.stdout.split() == ["0xffffffff80000003", "__main__", str(folder)], done.stderr


def test_a_program_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    for words, told in ((["nowhere.py"], "nowhere.py: no such file"), (["-m", "no_such"], "No module named no_such")):
        done = run(tmp_path, *words)
        assert done.returncode == 1
        assert told in done.stderr
        assert done.stderr.count("\n") == 1


def test_what_a_program_ends_with_is_kept(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import sys\nsys.exit(7)\n")
    assert run(tmp_path, "program.py").returncode == 7
    (tmp_path / "program.py").write_text("import gone_for_ever\n")
    assert "Traceback" in run(tmp_path, "program.py").stderr


def test_a_program_may_be_told_that_it_runs_on_windows(
    hive_registry: hiveguard.Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    winreg.install()
    assert sys.modules["winreg"] is winreg
    assert winreg.use(None) is not hive_registry


def test_a_star_import_leaves_no_name_out() -> None:
    names: dict[str, object] = {}
    exec("from hiveguard.winreg import *", names)  # what is tested
    assert {"HKEYType", "error", "OpenKey", "HKEY_CURRENT_USER", "REG_SZ"} <= names.keys()


def test_names_that_a_test_replaces_or_removes_stay_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winreg, "OpenKey", None)
    monkeypatch.delattr(winreg, "DeleteTree")
    assert {"OpenKey", "install", "use"} <= set(dir(winreg))
    assert winreg.OpenKey is None
    assert not hasattr(winreg, "DeleteTree")
    assert not hasattr(winreg, "Nowhere")


def test_a_handle_that_was_closed_by_its_number_is_a_windows_error(hive_registry: hiveguard.Registry) -> None:
    for close in (lambda key: key.Close(), lambda key: key.__exit__(None, None, None)):
        key = winreg.CreateKey(winreg.HKEY_CURRENT_USER, "A")
        winreg.CloseKey(int(key))
        with pytest.raises(OSError) as told:
            close(key)
        assert told.value.winerror == 6  # type: ignore[attr-defined,unused-ignore]
        key.Close()


def test_a_handle_has_one_owner(hive_registry: hiveguard.Registry) -> None:
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, "A") as key:
        with pytest.raises(TypeError, match="cannot pickle"):
            copy.copy(key)
        with pytest.raises(TypeError, match="acceptable base type"):
            type("Mine", (winreg.HKEYType,), {})
