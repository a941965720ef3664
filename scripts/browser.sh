#!/bin/sh
# A browser for the tests, and fonts for Chinese. Debian's where apt is (as root or through sudo), elsewhere Playwright's own.
set -eu
python=$1

have() { command -v "$1" >/dev/null 2>&1; }
fonts() { ! have fc-list || fc-list :lang=zh | grep -q .; }

if have chromium && fonts; then exit 0; fi
if have apt-get; then
  as_root=""
  [ "$(id -u)" -eq 0 ] || as_root="sudo"
  $as_root apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig >/dev/null
  exit 0
fi
if ! have chromium; then "$python" -m playwright install chromium; fi
