#!/bin/sh
# OpenFisca-Japan in an environment of its own: its pins do not go with ours. For `make test-openfisca` alone.
set -eu
where=.cache/openfisca
[ -x "$where/bin/python" ] || "${PYTHON:-python3.11}" -m venv "$where"
"$where/bin/python" -m pip install --quiet --disable-pip-version-check "OpenFisca-Japan==2.2.0"
