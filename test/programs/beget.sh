#!/bin/sh
# Has $1 children, then writes $2 and stays.
n=0
while [ "$n" -lt "$1" ]; do
  sleep 1000 &
  n=$((n + 1))
done
touch "$2"
exec sleep 1000
