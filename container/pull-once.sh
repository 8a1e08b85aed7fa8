#!/bin/sh
# One run, for a scheduler that starts a container for each. Waits up to $PHOTOSYNC_JITTER seconds (0), so that not
# everybody asks a service at the same moment. Where $PHOTOSYNC_LIBRARY (/photos) has no library yet, makes it out of the
# copy $PHOTOSYNC_RESTORE_FROM, if that is set. Then pulls, with the options that are given here. Ends with the exit status
# of the program, and with 0 where that is 7 or 8: another run is going on, or a limit was reached cleanly.

library=${PHOTOSYNC_LIBRARY:-/photos}
unfinished=$library/.photosync/restore-unfinished
trap 'kill "$child" 2>/dev/null; wait "$child"; exit $?' TERM INT

# As a child, because a shell hears a signal at once only while it waits.
run() {
    "$@" &
    child=$!
    wait "$child"
}

end() {
    case $1 in
        7 | 8) exit 0 ;;
        *) exit "$1" ;;
    esac
}

run sleep "$(shuf --input-range "0-${PHOTOSYNC_JITTER:-0}" --head-count 1)"

if [ -n "$PHOTOSYNC_RESTORE_FROM" ] && { [ ! -e "$library/.photosync/library.json" ] || [ -e "$unfinished" ]; }; then
    mkdir -p "$library/.photosync" && touch "$unfinished" || exit 6
    run photosync -q restore --from "$PHOTOSYNC_RESTORE_FROM" --to "$library" --without-offsite
    status=$?
    # 3: a file that is damaged in the copy. The pull brings it.
    [ $status -eq 0 ] || [ $status -eq 3 ] || end $status
fi

rm -f "$unfinished"
run photosync -q pull "$@"
end $?
