#!/bin/sh
# One of the three centres in miniature: CENTRE is main, city or remote. PostgreSQL's own entrypoint does the rest.
set -eu
# Whichever of the three is primary, now and after each promotion.
primary="host=main,city,remote user=replicator dbname=postgres application_name=$CENTRE connect_timeout=3 target_session_attrs=primary"
as_replicator() { gosu postgres env PGPASSWORD="$(cat /run/secrets/replicator_password)" "$@"; }
# False where nobody is primary.
has_slot() {
  as_replicator psql -q -o /dev/null -d "$primary" -c "select pg_create_physical_replication_slot('$CENTRE')
    where not exists (select from pg_replication_slots where slot_name = '$CENTRE')"
}

if [ -s "$PGDATA/PG_VERSION" ]; then
  : # As it was; a lost primary never comes here (docs/deployment.md).
elif [ "$CENTRE" = main ] && ! has_slot; then
  # What the first start runs once, before anybody else is let in.
  cat > /docker-entrypoint-initdb.d/centres.sh <<'SH'
psql -v ON_ERROR_STOP=1 -v password="$(cat /run/secrets/replicator_password)" -v fzpay="$(cat /run/secrets/fzpay_password)" \
  -v synchronous="$SYNCHRONOUS" --username postgres <<'SQL'
create role replicator login replication password :'password';
create role fzpay login password :'fzpay';
grant pg_monitor to fzpay;
create database fzpay owner fzpay;
-- From the next start on. Not a word of the command line: that would be stronger than what an operator sets.
alter system set synchronous_standby_names = :'synchronous';
SQL
echo 'host replication replicator all scram-sha-256' >> "$PGDATA/pg_hba.conf"
SH
else
  # Under another name until it is whole: a copy that was cut off looks like a database, too.
  install -d -o postgres -g postgres -m 0700 "$(dirname "$PGDATA")"
  until has_slot && rm -rf "$PGDATA.copy" && as_replicator pg_basebackup -D "$PGDATA.copy" -c fast -X stream -R -S "$CENTRE" -d "$primary"; do sleep 2; done
  # For whom a primary waits is its own affair.
  sed -i '/^synchronous_standby_names/d' "$PGDATA.copy/postgresql.auto.conf"
  mv -T "$PGDATA.copy" "$PGDATA"
fi

# A centre that was promoted answers as primary; nobody promotes by himself here (docs/deployment.md).
exec docker-entrypoint.sh postgres -c wal_level=replica -c max_wal_senders=10 -c max_replication_slots=10 -c hot_standby=on \
  -c max_slot_wal_keep_size=16GB -c synchronous_commit=on -c max_connections=200
