#!/bin/sh
# What a change moves for any viewer: everything scripts/frozen.py writes, by a commit and by the files as they stand.
# Prints the first differences and leaves all of them in build/frozen/moved.diff; exit status 1 where anything moved.
set -eu
python=$1 commit=$2
cd "$(dirname "$0")/.."
here=$PWD build=$PWD/build/frozen
rm -rf "$build"
mkdir -p "$build"
git worktree prune
git worktree add --quiet --force --detach "$build/tree" "$commit"
trap 'git worktree remove --force "$build/tree"' EXIT
# Each version is written by its own script: the names that it calls move with the code.
(cd "$build/tree" && PYTHONPATH=$PWD "$python" scripts/frozen.py "$build/before") &
before=$!
PYTHONPATH=$here "$python" scripts/frozen.py "$build/after"
wait $before
if diff -ru "$build/before" "$build/after" >"$build/moved.diff"; then
  echo "Nothing moved: $(find "$build/after" -name '*.txt' | wc -l) files are equal."
else
  cut -c1-300 "$build/moved.diff" | head -60
  echo "$(grep -c '^diff ' "$build/moved.diff") files differ: $build/moved.diff"
  exit 1
fi
