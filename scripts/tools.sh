#!/bin/sh
# Sees to it that the tests have a PostgreSQL server to start, and tools that look at PDFs independently of what made them.
# Installs Debian's where it may, says what to do where not: tests that need what is not there are skipped and say so.
set -eu
say() { printf '%s\n' "$*" >&2; }

missing=""
found=no
for programs in /usr/lib/postgresql/*/bin; do
  [ -x "$programs/postgres" ] && [ -x "$programs/initdb" ] && found=yes
done
[ "$found" = yes ] || { command -v postgres >/dev/null && command -v initdb >/dev/null; } || missing="postgresql"
command -v pdfsig >/dev/null || missing="$missing poppler-utils"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  say "installing for the tests:" $missing
  apt-get update -qq
  # No cluster of the system's own: the tests make and remove theirs.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  say "Some tests need more programs and are skipped without them. On Debian, as root:"
  say "    apt-get install" $missing
fi
