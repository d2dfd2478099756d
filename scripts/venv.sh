#!/bin/sh
# Makes .venv with Python 3.11. Debian keeps the module that does so in a package of its own.
set -eu
say() { printf '%s\n' "$*" >&2; }

python=${PYTHON:-python3.11}
if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
  say "Hitomado needs Python 3.11, and '$python' is not that. Install it, or name it: make PYTHON=/path/to/python3.11 run"
  exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
  else
    say "This Python cannot make an environment: its venv module is missing. On Debian, as root:"
    say "    apt-get install python3-venv"
    exit 1
  fi
fi
say "making the environment in .venv"
"$python" -m venv .venv
