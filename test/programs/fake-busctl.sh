#!/bin/sh
# Plays busctl and systemd: fake-busctl.sh <groups folder> <obey|refuse|ignore|hang> <log> call …
folder=$1 how=$2 log=$3
shift 3
printf '%s\n' "$*" >>"$log"
unit=$7 pid=${13}
case $how in
obey)
  mkdir "$folder/$unit" && echo "$pid" >"$folder/$unit/cgroup.procs"
  ;;
refuse)
  echo 'Call failed: Access denied' >&2
  exit 1
  ;;
hang)
  exec sleep 1000
  ;;
esac
