#!/bin/sh
# Writes the lock files: exact versions and hashes of wheels, no index host, no local path.
set -eu
compile() {
  .venv/bin/uv pip compile --quiet --system-certs --python-version 3.11 --universal --only-binary :all: \
    --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade "$@"
}
compile pyproject.toml --extra build --output-file requirements.txt
# The second lock holds the first: the same version of everything that both name.
compile pyproject.toml --extra build --extra dev --constraint requirements.txt --output-file requirements-dev.txt
sed -n 's/^node = \["\(.*\)"\]$/\1/p' pyproject.toml | compile - --output-file requirements-node.txt
PATH="$PATH:$PWD/.venv/bin" npm install --package-lock-only --ignore-scripts
