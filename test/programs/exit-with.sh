#!/bin/sh
# Ends with the code $1 after $2 seconds (0 = at once).
[ "${2:-0}" = 0 ] || sleep "$2"
exit "$1"
