#!/bin/sh
# Prints $1 MiB without a newline, then stays.
head -c "$1"M /dev/zero
exec sleep 1000
