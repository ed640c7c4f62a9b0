#!/bin/sh
# Ignores TERM, and so do its children; only KILL ends it.
trap '' TERM
touch "$1"
while :; do sleep 1000; done
