#!/bin/sh
# Installs the system packages that the test lanes use, where apt and root are there; only what is missing.
set -eu
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "make system: no apt or not root; lanes use what is installed."
    exit 0
fi
missing=""
program() { command -v "$1" >/dev/null || missing="$missing $2"; }
file() { for found in $1; do [ -e "$found" ] && return; done; missing="$missing $2"; }
program chromium chromium
program chromium-headless-shell chromium-headless-shell
program redis-server redis-server
program xgettext gettext
program docker-compose docker-compose
file "/usr/lib/postgresql/*/bin/initdb" postgresql
file "/usr/share/fonts/truetype/nanum/*" fonts-nanum
if [ -z "$missing" ]; then
    echo "make system: everything is there."
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# The shell of Chromium without windows is quicker; where a distribution has none, the whole of it does.
apt-cache show chromium-headless-shell >/dev/null 2>&1 || missing=$(echo "$missing" | sed "s/ chromium-headless-shell//")
# shellcheck disable=SC2086
[ -z "$missing" ] || apt-get install -y -q --no-install-recommends $missing
