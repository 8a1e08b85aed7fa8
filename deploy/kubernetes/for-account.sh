#!/bin/sh
# Prints account.yaml for the account NAME, with a time of its own between 1 and 5 at night:
#     deploy/kubernetes/for-account.sh dad | kubectl apply -f -

name=$1
case $name in
    *[!a-z0-9-]* | -* | *- | '')
        echo "usage: for-account.sh NAME, with a NAME of a to z, 0 to 9 and '-'" >&2
        exit 2
        ;;
esac
minute=$(($(printf %s "$name" | cksum | cut -d ' ' -f 1) % 240))
sed -E -e "s/(^|[^a-z0-9])mum([^a-z0-9]|$)/\1$name\2/g" -e "s/\"0 1 \* \* \*\"/\"$((minute % 60)) $((1 + minute / 60)) * * *\"/" "${0%/*}/account.yaml"
