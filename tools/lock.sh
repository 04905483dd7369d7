#!/usr/bin/env bash
# Resolves requirements/*.in into *.txt with hashes, for CPython 3.11 and newer on every platform.
# For: `make lock`. uv is put into an environment of its own under .cache/; nothing else needs it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ ! -x .cache/lock/bin/uv ]; then
    .venv/bin/python -m venv .cache/lock
    .cache/lock/bin/python -m pip install --quiet --disable-pip-version-check 'uv==0.13.9'
fi

for source in requirements/*.in requirements/peers/*.in; do
    # --no-emit-index-url: a lock file names packages and hashes, never where they were fetched from.
    .cache/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --prerelease=if-necessary-or-explicit \
        --generate-hashes --no-header --no-emit-index-url "$source" -o "${source%.in}.txt"
    echo "locked ${source%.in}.txt"
done
