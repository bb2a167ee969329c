#!/bin/bash
# Makes what the pymesos tests run with, unless it is there, and prints its Python. http-parser, which pymesos needs, does
# not compile with recent Pythons: Debian's own package is used, and so Debian's own Python.
set -euo pipefail
cd "$(dirname "$0")/../../.."
PYTHON=/usr/bin/python3
VENV=.dasmos/pymesos

if ! "$PYTHON" -c 'import ensurepip, http_parser' 2>/dev/null; then
  echo "missing: apt-get install python3 python3-venv python3-http-parser" >&2
  exit 1
fi
if ! cmp -s integration/clients/pymesos/requirements.txt "$VENV/installed.txt"; then
  rm -rf "$VENV"
  "$PYTHON" -m venv --system-site-packages "$VENV" >&2
  "$VENV/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes \
    --requirement integration/clients/pymesos/requirements.txt >&2
  cp integration/clients/pymesos/requirements.txt "$VENV/installed.txt"
fi
echo "$PWD/$VENV/bin/python"
