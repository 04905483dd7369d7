#!/usr/bin/env bash
# Makes .venv: the tools of requirements/dev.txt, checked by hash, and HiveGuard itself from src/.
#
# For: the Makefile, on a machine that has little more than make (Debian, root), and on yours.
# Installs python3-venv by apt where `python3 -m venv` cannot work without it. Nothing else is
# installed outside the project's folder. Safe to run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'setup: %s\n' "$*" >&2; }

apt_install() {
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        say "cannot install $* here (needs root and apt-get): install it by hand and run this again"
        return 1
    fi
    say "apt-get install $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -qq -y --no-install-recommends "$@" </dev/null >/dev/null 2>&1 && return 0
    apt-get update -qq </dev/null >/dev/null || true
    apt-get install -qq -y --no-install-recommends "$@" </dev/null >/dev/null
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# The system's interpreter first: python3-hivex, a peer that tests compare with, lives there.
find_python() {
    local candidate
    for candidate in "${PYTHON:-}" /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null && is_new_enough "$candidate"; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

python=$(find_python) || {
    apt_install python3 python3-venv || true
    python=$(find_python) || {
        say "no Python 3.11 or newer found; set PYTHON=/path/to/one"
        exit 1
    }
}

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    minor=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    apt_install python3-venv "$minor" || apt_install "$minor" || exit 1
fi

# An environment of another interpreter, or a broken one, is made anew.
if ! .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    say "making .venv with $("$python" --version) ($python)"
    rm -rf .venv
    "$python" -m venv .venv
fi

say "installing the tools of requirements/dev.txt, checked by hash"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
say "installing HiveGuard from src/"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
# Without bytecode every start of the command line compiles the library anew.
.venv/bin/python -m compileall -q src
say "ready: $(.venv/bin/python --version) in .venv"
