#!/bin/sh
# Writes its environment to $1.
env >"$1.tmp" && mv "$1.tmp" "$1"
