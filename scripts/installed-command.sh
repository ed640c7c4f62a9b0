#!/bin/sh
# The command line of SoloSafe, run by the product's own Node.
unset NODE_OPTIONS
home=/usr/lib/solosafe/current
exec "$home/bin/node" --disable-warning=ExperimentalWarning "$home/cli.js" "$@"
