-- 操作日志: who did what to what, when and from where, written in the transaction of the act and never changed. Sealed in blocks by a job; see
-- docs/security.md for the bytes that are hashed.

create table operation_log (
  id          bigint generated always as identity primary key,
  -- Entries are sealed in the order of (xact, id): once a transaction is older than all that still run, no entry can come before it any more.
  xact        xid8 not null default pg_current_xact_id(),
  at          timestamptz not null,
  request_id  text not null,
  who_id      text not null check (who_id <> ''),
  who_name    text not null,
  address     text not null,
  device      text not null,
  what        text not null check (what <> ''),
  object_kind text not null check (object_kind <> ''),
  object_id   text not null,
  -- Canonical JSON {"after": …, "before": …}, masked; text, as its very bytes are sealed.
  detail      text not null
);
create unique index operation_log_order on operation_log (xact, id);
create index operation_log_of_person on operation_log (who_id, id);
create index operation_log_of_object on operation_log (object_id, id);
create index operation_log_of_address on operation_log (address, id) where address <> '';
create index operation_log_at on operation_log using brin (at);

create table operation_blocks (
  no         bigint primary key check (no > 0),
  -- Of the last entry; the block begins after the last entry of the block before.
  last_xact  xid8 not null,
  last_id    bigint not null,
  entries    integer not null check (entries > 0),
  -- SM3 of each entry, 32 bytes each, in order: they say which entry was altered, the root says that none was.
  leaves     bytea not null check (length(leaves) = entries * 32),
  root       bytea not null check (length(root) = 32),
  previous   bytea not null check (length(previous) = 32),
  -- SM3 of the header: what the next block carries as `previous`, and what is exported.
  digest     bytea not null check (length(digest) = 32),
  sealed_at  timestamptz not null
);

-- Digests that were given out of the house; what is checked offline is checked against one of them.
create table operation_roots (
  block_no    bigint primary key references operation_blocks,
  exported_at timestamptz not null,
  exported_by text not null
);

create function operation_log_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the operation log is never changed' using errcode = 'restrict_violation';
end $$;
create trigger operation_log_kept before update or delete on operation_log
  for each row execute function operation_log_is_append_only();
create trigger operation_log_not_emptied before truncate on operation_log execute function operation_log_is_append_only();
create trigger operation_blocks_kept before update or delete on operation_blocks
  for each row execute function operation_log_is_append_only();
create trigger operation_blocks_not_emptied before truncate on operation_blocks execute function operation_log_is_append_only();
