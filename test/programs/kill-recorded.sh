#!/bin/sh
# A stop script: ends the process whose pid stands in $1.
kill "$(cat "$1")"
