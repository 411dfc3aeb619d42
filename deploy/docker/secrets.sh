#!/bin/sh
# Makes the secrets of compose.yaml beside it, once. They are never part of an image, and `secrets/` is never committed.
set -eu
cd "$(dirname "$0")"
[ ! -e secrets ] || { echo 'secrets/ is there already'; exit 0; }
umask 077
mkdir secrets.new
random() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }
for name in postgres replicator fzpay; do random 24 > "secrets.new/${name}_password"; done
random 16 > secrets.new/master_key
printf 'postgres://fzpay:%s@main:5432,city:5432,remote:5432/fzpay' "$(cat secrets.new/fzpay_password)" > secrets.new/database_url
# Containers read them under accounts of their own; the folder keeps everybody else out.
chmod 0444 secrets.new/*
mv secrets.new secrets
echo 'secrets/ made. Keep a copy of secrets/master_key offline: without it nothing that is sealed can be read again.'
