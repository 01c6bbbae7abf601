#!/bin/sh
# Runs the tests with the arguments of `swift test`. Thousands of lines go by: what failed is said
# again at the end.
set -u
cd "$(dirname "$0")/.."
mkdir -p .build
log=.build/test-output

{
    swift test "$@" 2>&1
    echo $? >"$log.status"
} | tee "$log"
status=$(cat "$log.status")

if [ "$status" != 0 ]; then
    echo
    echo "What failed:"
    grep -a -A 8 -E '^✘ .*recorded an issue|^error: |: error: ' "$log" | grep -a -v -E '^(◇|✔)'
    grep -a '^✘ Test run with' "$log"
fi
exit "$status"
