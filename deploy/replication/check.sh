#!/bin/sh
# Is the topology what it should be? Run on any server as postgres, or from elsewhere with DATABASE_URL of the primary. Ends with 1 and one line for each thing that is not.
set -u
ask() { psql -X -At "${DATABASE_URL:-dbname=fzpay user=postgres}" -c "$1"; }
bad=0
must() { # what, found, wanted
  if [ "$2" = "$3" ]; then echo "ok    $1: $2"; else echo "WRONG $1: $2, should be $3"; bad=1; fi
}
must 'the server asked is primary' "$(ask 'select not pg_is_in_recovery()')" t
must 'synchronous standbys streaming' "$(ask "select count(*) from pg_stat_replication where state = 'streaming' and sync_state in ('sync', 'quorum')")" 1
must 'asynchronous standbys streaming' "$(ask "select count(*) from pg_stat_replication where state = 'streaming' and sync_state = 'async'")" 1
must 'commits wait for the standby' "$(ask "select setting from pg_settings where name = 'synchronous_commit'")" on
must 'fsync' "$(ask "select setting from pg_settings where name = 'fsync'")" on
must 'slots that nobody uses' "$(ask 'select count(*) from pg_replication_slots where not active')" 0
must 'standbys behind by more than 64 MB' "$(ask 'select count(*) from pg_stat_replication where pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn) > 64 * 1024 * 1024')" 0
must 'statement timeouts of roles or databases' "$(ask "select count(*) from pg_db_role_setting, unnest(setconfig) as s where s like 'statement_timeout=%' and s <> 'statement_timeout=0'")" 0
must 'the platform’s user sees lag' "$(ask "select pg_has_role('fzpay', 'pg_monitor', 'member')")" t
exit $bad
