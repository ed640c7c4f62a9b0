#!/bin/sh
# Installs what this checkout builds on this server, or brings an installation up to date, or removes
# it. Applications are never touched, and the watchdog is never left unfed.
#
#     scripts/install-local.sh [--root DIR] [--no-start]
#     scripts/install-local.sh --uninstall [--purge] [--root DIR]
#
# --root DIR   put the files below DIR and ask systemd for nothing: for images, and to look first
# --no-start   install and enable; start it yourself with `systemctl start solosafe.target`
# --uninstall  stop SoloSafe and remove it; configuration, state and logs stay
# --purge      with --uninstall: remove those too
#
# Exit codes: 0 done, 1 something failed, 2 usage.
set -eu
umask 022

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
root=''
is_start=yes
is_uninstall=no
is_purge=no
is_changed=no

say() { printf 'solosafe install: %s\n' "$*"; }
fail() {
  printf 'solosafe install: %s\n' "$*" >&2
  exit 1
}
usage() {
  sed -n 's/^#  \{4\}\(scripts.*\)/usage: \1/p' "$0" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --root)
      [ $# -ge 2 ] && [ -n "$2" ] || usage
      mkdir -p -- "$2"
      root=$(CDPATH='' cd -- "$2" && pwd)
      [ "$root" != / ] || root=''
      shift
      ;;
    --no-start) is_start=no ;;
    --uninstall) is_uninstall=yes ;;
    --purge) is_purge=yes ;;
    *) usage ;;
  esac
  shift
done
[ "$is_purge" = no ] || [ "$is_uninstall" = yes ] || usage

home="$root/usr/lib/solosafe"
units="$root/usr/lib/systemd/system"
# Where /lib is a folder of its own, systemd reads its units there (before the merge of /usr).
[ -L "$root/lib" ] || ! [ -d "$root/lib/systemd/system" ] || units="$root/lib/systemd/system"
enabled="$root/etc/systemd/system/multi-user.target.wants/solosafe.target"

# Only a running systemd of this very server is asked for anything.
asks_systemd() { [ -z "$root" ]; }

check_server() {
  asks_systemd || return 0
  [ "$(id -u)" -eq 0 ] || fail "only root may do this; look first with --root DIR"
  [ -d /run/systemd/system ] || fail "systemd does not run here; \`solosafe run\` needs none"
}

is_running() { asks_systemd && systemctl is-active --quiet "$1"; }

# Waits up to 30 s; a program that does not come back is told, and the others go on.
wait_active() {
  tries=0
  while ! systemctl is-active --quiet "$1"; do
    tries=$((tries + 1))
    [ "$tries" -lt 150 ] || fail "$1 does not run; see: journalctl -u $1"
    sleep 0.2
  done
}

build() {
  [ -d "$here/src" ] || return 0
  if [ -f "$here/dist/package.json" ]; then
    newer=$(find "$here/src" "$here/package-lock.json" -newer "$here/dist/package.json" -type f | head -n 1)
    [ -n "$newer" ] || return 0
  fi
  say "building"
  (cd "$here" && sh scripts/bootstrap.sh scripts/build.ts)
}

find_node() {
  for node in "$here/node_modules/.bin/node" "$here"/node_modules/node-linux-*/bin/node; do
    [ -x "$node" ] && printf '%s\n' "$node" && return 0
  done
  fail "there is no Node of the product below node_modules; run \`npm ci --include=optional\`"
}

# One folder for each version, so that a program that runs never finds half of another one.
put_version() {
  node=$(find_node)
  version=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$here/dist/package.json" | head -n 1)
  [ -n "$version" ] || fail "dist/package.json names no version"
  sum=$(cd "$here/dist" && { find . -type f | LC_ALL=C sort | while IFS= read -r file; do
    cksum "$file"
  done && cksum <"$node"; } | cksum | cut -d ' ' -f 1)
  id="$version-$sum"
  if [ -d "$home/versions/$id" ]; then
    say "version $id is there"
  else
    say "copying version $id to $home"
    new="$home/versions/.new"
    rm -rf -- "$new"
    mkdir -p -- "$new/bin"
    cp -R -- "$here/dist/." "$new/"
    cp -L -- "$node" "$new/bin/node"
    [ "$(id -u)" -ne 0 ] || chown -R 0:0 "$new"
    chmod -R u=rwX,go=rX "$new"
    # What is named `current` must be there after a power cut, too.
    asks_systemd && sync
    mv -- "$new" "$home/versions/$id"
  fi
  before=$(readlink "$home/current" 2>/dev/null || true)
  rm -f -- "$home/current.new"
  ln -s "versions/$id" "$home/current.new"
  mv -T -- "$home/current.new" "$home/current"
}

# The version before stays, so that one can go back by hand; what is older goes.
drop_old_versions() {
  for folder in "$home"/versions/*; do
    [ "versions/${folder##*/}" = "$(readlink "$home/current")" ] && continue
    [ "versions/${folder##*/}" = "$before" ] && continue
    say "removing the old version ${folder##*/}"
    rm -rf -- "$folder"
  done
}

# Replaced as a whole, and only when it changed.
put_file() {
  mkdir -p -- "$(dirname -- "$2")"
  if cmp -s -- "$1" "$2"; then return 0; fi
  say "writing $2"
  is_changed=yes
  cp -- "$1" "$2.new"
  chmod "$3" "$2.new"
  mv -f -- "$2.new" "$2"
}

put_units() {
  for unit in "$here"/config/systemd/solosafe*; do put_file "$unit" "$units/${unit##*/}" 644; done
}

# Before the agent, which gives the group its second socket.
put_account() {
  put_file "$here/config/sysusers/solosafe.conf" "$root/usr/lib/sysusers.d/solosafe.conf" 644
  if asks_systemd; then
    systemd-sysusers solosafe.conf || fail "the account solosafe-web could not be made"
  elif [ -e "$root/etc/passwd" ] && [ "$(id -u)" -eq 0 ] && command -v systemd-sysusers >/dev/null; then
    systemd-sysusers --root="$root" solosafe.conf || say "make the account solosafe-web yourself"
  fi
}

put_command() { put_file "$here/scripts/installed-command.sh" "$root/usr/bin/solosafe" 755; }

put_configuration() {
  mkdir -p -- "$root/etc/solosafe/scripts"
  put_file "$here/config/solosafe.example.yaml" "$root/etc/solosafe/solosafe.example.yaml" 644
  if [ -e "$root/etc/solosafe/solosafe.yaml" ]; then
    say "keeping /etc/solosafe/solosafe.yaml"
  else
    put_file "$here/config/solosafe.first.yaml" "$root/etc/solosafe/solosafe.yaml" 640
  fi
}

enable_units() {
  if asks_systemd; then
    systemctl daemon-reload
    systemctl enable --quiet solosafe.target
  else
    mkdir -p -- "$(dirname -- "$enabled")"
    ln -sf /usr/lib/systemd/system/solosafe.target "$enabled"
  fi
  say "enabled: it starts with the server"
}

# Each takes over from the one before while the others hold: the guard is killed, not stopped, so
# that the watchdog goes on counting until the new one feeds it.
hand_over() {
  for unit in solosafe-guard solosafe-spawner solosafe-agent; do
    is_running "$unit.service" || continue
    say "handing over: $unit"
    if [ "$unit" = solosafe-guard ]; then
      systemctl kill --kill-who=main --signal=KILL "$unit.service"
      sleep 1
    else
      systemctl restart "$unit.service"
    fi
    wait_active "$unit.service"
  done
  # Its socket starts the new one for whoever comes next.
  systemctl stop solosafe-web.service 2>/dev/null || true
}

start_units() {
  asks_systemd || return 0
  if [ "$is_start" = no ]; then
    say "not started; start it with: systemctl start solosafe.target"
    return 0
  fi
  if [ "$before" != "$(readlink "$home/current")" ] || [ "$is_changed" = yes ]; then hand_over; fi
  systemctl start solosafe.target
  for unit in solosafe-guard solosafe-spawner solosafe-agent; do wait_active "$unit.service"; done
  say "running; see: solosafe status"
}

uninstall() {
  if asks_systemd; then
    say "stopping; the applications go on"
    systemctl disable --quiet solosafe.target 2>/dev/null || true
    systemctl disable --quiet solosafe-web.socket 2>/dev/null || true
    systemctl stop solosafe.target solosafe-web.socket solosafe-web-local.socket \
      solosafe-web.service solosafe-agent.service solosafe-spawner.service \
      solosafe-guard.service solosafe-guard.socket solosafe-modules.service 2>/dev/null || true
  fi
  say "removing programs and units"
  rm -f -- "$enabled" "$root/usr/bin/solosafe" "$units"/solosafe*.service \
    "$units"/solosafe*.socket "$units/solosafe.target" "$root/usr/lib/sysusers.d/solosafe.conf"
  rm -rf -- "$home" "$root/run/solosafe" "$root/etc/systemd/system/solosafe.target.wants"
  ! asks_systemd || systemctl daemon-reload
  if [ "$is_purge" = yes ]; then
    say "removing configuration, state and logs"
    rm -rf -- "$root/etc/solosafe" "$root/var/lib/solosafe" "$root/var/lib/solosafe-web" \
      "$root/var/log/solosafe" "$root/boot/solosafe"
    ! asks_systemd || userdel solosafe-web 2>/dev/null || true
  else
    say "kept: /etc/solosafe, /var/lib/solosafe, /var/log/solosafe (remove them with --purge)"
  fi
}

check_server
if [ "$is_uninstall" = yes ]; then
  uninstall
else
  build
  put_version
  put_units
  put_account
  put_command
  put_configuration
  enable_units
  start_units
  drop_old_versions
fi
say "done"
