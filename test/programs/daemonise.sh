#!/bin/sh
# Goes into the background twice, in a session of its own, under another name and with an empty
# environment, as old daemons do; its pid goes to $1.
(setsid env -i /bin/sh -c 'echo $$ >"$1.tmp"; mv "$1.tmp" "$1"; exec sleep 1000' quiet "$1" &)
# Until it is there: otherwise its parent's end would be a race of its own.
while ! [ -s "$1" ]; do sleep 0.01; done
exit 0
