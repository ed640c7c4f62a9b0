#!/bin/sh
# Runs until it is told to end.
exec sleep 1000
