#!/bin/sh
# Ends well and leaves a child that holds its output and ignores TERM.
(trap '' TERM; sleep 1000) &
echo left
exit 0
