#!/bin/sh
# Runs until it is stopped. Says in $1.starts when it starts, and in $1.violations when another copy
# runs: the lock is held by whatever is left of the program, and by nothing else.
exec 9>>"$1.lock"
if ! flock -n 9; then
  echo "$$" >>"$1.violations"
  exit 99
fi
echo "$$" >>"$1.starts"
exec sleep 100000
