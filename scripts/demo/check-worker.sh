#!/bin/sh
# A monitor of type `script`: the worker is well when its heartbeat file was touched lately.
# What it prints is the reason that people read; exit code 0 is ok, others are a failure.
file=$1
if ! [ -f "$file" ]; then
  echo "the worker has not done anything yet"
  exit 1
fi
age=$(($(date +%s) - $(stat -c %Y "$file")))
if [ "$age" -gt 8 ]; then
  echo "the worker has done nothing for $age s"
  exit 1
fi
echo "last work $age s ago"
