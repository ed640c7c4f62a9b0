#!/bin/sh
# A script that never ends; it says that it has begun.
touch "$1"
sleep 1000
