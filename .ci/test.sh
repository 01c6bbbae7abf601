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
# A filter that fits nothing passes as well, and shows nothing.
elif ! grep -a -q 'Test run with [1-9]' "$log"; then
    echo "No test was run."
    status=1
fi
exit "$status"
