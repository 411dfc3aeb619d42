#!/bin/sh
# One of the three centres in miniature: CENTRE is main, city or remote. PostgreSQL's own entrypoint does the rest.
set -eu
replicator=$(cat /run/secrets/replicator_password)

if [ "$CENTRE" = main ]; then
  # What the first start runs once, before anybody else is let in.
  cat > /docker-entrypoint-initdb.d/centres.sh <<'SH'
psql -v ON_ERROR_STOP=1 -v password="$(cat /run/secrets/replicator_password)" -v fzpay="$(cat /run/secrets/fzpay_password)" --username postgres <<'SQL'
-- The standby that commits wait for cannot be there yet.
set synchronous_commit = local;
create role replicator login replication password :'password';
create role fzpay login password :'fzpay';
grant pg_monitor to fzpay;
create database fzpay owner fzpay;
select pg_create_physical_replication_slot('city'), pg_create_physical_replication_slot('remote');
SQL
echo 'host replication replicator all scram-sha-256' >> "$PGDATA/pg_hba.conf"
SH
elif [ ! -s "$PGDATA/PG_VERSION" ]; then
  install -d -o postgres -g postgres -m 0700 "$PGDATA"
  until gosu postgres env PGPASSWORD="$replicator" pg_basebackup -D "$PGDATA" -X stream -R -S "$CENTRE" \
    -d "host=main user=replicator application_name=$CENTRE"; do sleep 2; done
fi

# A centre that was promoted answers as primary; nobody promotes by himself here (docs/deployment.md).
exec docker-entrypoint.sh postgres -c wal_level=replica -c max_wal_senders=10 -c max_replication_slots=10 -c hot_standby=on \
  -c max_slot_wal_keep_size=16GB -c synchronous_commit=on -c synchronous_standby_names="${SYNCHRONOUS-}" -c max_connections=200
