-- Base backups that were tried, for the operator and the alert; the repository itself tells which ones there are.
create table backup_runs (
  id           text primary key,
  began_at     timestamptz not null,
  ended_at     timestamptz not null check (ended_at >= began_at),
  -- Its name in the repository; null: none came of it.
  base         text,
  bytes        bigint not null check (bytes >= 0),
  stored_bytes bigint not null check (stored_bytes >= 0),
  -- Why none came of it, as the failure tells it; {} where one did.
  problem      jsonb not null,
  check ((base is null) = (problem <> '{}'))
);
create index backup_runs_by_time on backup_runs (began_at desc);

-- How far the WAL lies in the repository.
create table backup_archive (
  one          boolean primary key default true check (one),
  segment      text,
  lsn          pg_lsn,
  -- All that was committed by then is kept.
  until        timestamptz,
  stored_bytes bigint not null default 0 check (stored_bytes >= 0),
  -- When WAL was last lost to the archive: until a base backup is made after it, nothing newer can be restored.
  gap_at       timestamptz
);
insert into backup_archive default values;
