#!/bin/sh
# Stands in for dr-runner: does what its variable says.
eval "$FAKE_RUNNER"
