#!/bin/sh
# Sees to it that the journeys have a browser and Japanese letters: installs Debian's where it may, says what to do where not.
set -eu
say() { printf '%s\n' "$*" >&2; }

missing=
command -v chromium >/dev/null || missing="chromium"
# Without a Japanese font every letter is the same box, and nothing that is measured on the page means anything.
if ! { command -v fc-list >/dev/null && fc-list :lang=ja 2>/dev/null | grep -q .; }; then
  missing="$missing fonts-noto-cjk"
fi
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  say "installing for the browser journeys: $missing"
  apt-get update -qq
  # shellcheck disable=SC2086  # one word, one package
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing fontconfig >/dev/null
else
  say "The browser journeys need:$missing. On Debian, as root:"
  say "    apt-get install $missing"
  say "Without them, 'make test-fast' runs every check that needs no browser."
  exit 1
fi
