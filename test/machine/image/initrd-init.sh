#!/bin/sh
# The whole initrd: load the modules in order, mount the root, hand over to systemd.
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
for module in /modules/*.ko; do $b insmod "$module"; done
i=0
while [ ! -b /dev/vda ] && [ $i -lt 500 ]; do
  $b usleep 20000
  i=$((i + 1))
done
$b mount -t ext4 -o rw,noatime /dev/vda /new || exec $b sh
for folder in dev proc sys; do $b mount --move /$folder /new/$folder; done
exec $b switch_root /new /lib/systemd/systemd
