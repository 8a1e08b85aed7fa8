#!/bin/sh
# Pulls, and again after each $PHOTOSYNC_EVERY (6h), until the container is stopped. A run that fails ends nothing: its
# message is in the container's log, and the health check looks at the age of the last good run.

trap 'kill "$child" 2>/dev/null; wait "$child"; exit 0' TERM INT

while :; do
    photosync pull &
    child=$!
    wait "$child"
    sleep "${PHOTOSYNC_EVERY:-6h}" &
    child=$!
    wait "$child"
done
