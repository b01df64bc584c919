#!/bin/sh
# Installs the system packages that the test lanes use, where apt and root are there; only what is missing.
set -eu
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "make system: no apt or not root; lanes use what is installed."
    exit 0
fi
missing=""
need() { command -v "$1" >/dev/null || [ -n "$(ls $3 2>/dev/null || true)" ] || missing="$missing $2"; }
need chromium chromium ""
need redis-server redis-server ""
need xgettext gettext ""
need no-such-program-postgresql postgresql "/usr/lib/postgresql/*/bin/initdb"
need no-such-program-fonts fonts-nanum "/usr/share/fonts/truetype/nanum/*"
if [ -z "$missing" ]; then
    echo "make system: everything is there."
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086
apt-get install -y -q --no-install-recommends $missing
