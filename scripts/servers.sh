#!/bin/sh
# The servers the tests lay out beside each other: PostgreSQL with postgres_fdw, nginx, Redis; and the programs named as
# arguments. Debian's, as root or through sudo; elsewhere they must be there already.
set -eu

have() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }
postgresql() { ls /usr/lib/postgresql/*/lib/postgres_fdw.so >/dev/null 2>&1; }

missing=""
postgresql || missing="$missing postgresql"
have nginx || missing="$missing nginx-light"
have redis-server || missing="$missing redis-server"
for program in "$@"; do have "$program" || missing="$missing $program"; done
if [ -z "$missing" ]; then exit 0; fi
if ! have apt-get; then
  echo "These programs are needed, please install them:$missing" >&2
  exit 1
fi
as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo"
$as_root apt-get update -qq
# RUNLEVEL: what is installed here is started by the tests alone, not by the machine.
# shellcheck disable=SC2086 # several packages
DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
