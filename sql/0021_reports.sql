-- Reports: templates in immutable versions, schedules, and exports, whose files lie here sealed: any server can hand out what any worker made.

create table report_templates (
  id          text primary key,
  name        text not null check (name <> '' and length(name) <= 80),
  dataset     text not null,
  -- The newest version.
  version     integer not null check (version > 0),
  created_at  timestamptz not null,
  -- No longer offered; its versions stay, as exports were made by them.
  archived_at timestamptz
);

-- Never updated: another content is another version.
create table report_template_versions (
  template_id text not null references report_templates,
  version     integer not null check (version > 0),
  content     jsonb not null,
  reason      text not null check (reason <> ''),
  author      text not null,
  author_name text not null,
  at          timestamptz not null,
  primary key (template_id, version)
);

create table report_schedules (
  id          text primary key,
  -- Of report_templates, or 'standard.NAME'; null version: the newest when it runs.
  template_id text not null,
  version     integer,
  format      text not null check (format in ('csv', 'xlsx', 'pdf')),
  lang        text not null check (lang in ('zh', 'en')),
  every       text not null check (every in ('day', 'week', 'month')),
  -- 1 Monday … 7, or day of the month (its last one where the month is shorter).
  day_no      integer check (day_no between 1 and 31),
  local_time  time not null,
  zone        text not null,
  -- Mail address that is told, sealed; null: nobody is.
  notify      bytea,
  -- In whose name, scope and sight it runs.
  account_id  text not null references accounts,
  made_by     text not null,
  made_at     timestamptz not null,
  next_at     timestamptz,
  last_at     timestamptz,
  -- Why it does not run any more: ended by a person, or its owner may no longer export.
  ended_at    timestamptz,
  ended_why   text not null default '',
  check ((every = 'day') = (day_no is null)),
  check (every <> 'week' or day_no <= 7),
  check ((next_at is null) = (ended_at is not null))
);
create index report_schedules_due on report_schedules (next_at) where next_at is not null;

create type export_state as enum ('waiting', 'running', 'ready', 'failed', 'cancelled', 'expired');

create table report_exports (
  id          text primary key,
  -- What is exported: template and version, or a content of its own; or the daily report of a date.
  what        jsonb not null,
  format      text not null check (format in ('csv', 'xlsx', 'pdf')),
  lang        text not null check (lang in ('zh', 'en')),
  name        text not null,
  -- For whom: his scope and what he sees unmasked, as they were when he asked.
  account_id  text not null,
  asked_by    text not null,
  asked_name  text not null,
  scope       jsonb not null,
  sees        text[] not null,
  asked_at    timestamptz not null,
  schedule_id text references report_schedules,
  due_at      timestamptz,
  state       export_state not null default 'waiting',
  -- Each start counts: a worker that was thought dead writes nothing more.
  attempt     integer not null default 0,
  rows_total  bigint,
  rows_done   bigint not null default 0,
  -- Of the file as its reader gets it.
  bytes       bigint,
  sm3         text,
  ended_at    timestamptz,
  expires_at  timestamptz,
  failure     jsonb,
  unique (schedule_id, due_at),
  check (state <> 'ready' or (bytes is not null and sm3 is not null and expires_at is not null)),
  check ((state in ('waiting', 'running')) = (ended_at is null))
);
create index report_exports_of on report_exports (account_id, id);
create index report_exports_to_forget on report_exports (expires_at) where state = 'ready';

-- Pieces of a sealed file (src/system/vault/sealed_file.ts), in order.
create table report_pieces (
  export_id text not null references report_exports,
  attempt   integer not null,
  no        integer not null,
  bytes     bytea not null,
  primary key (export_id, attempt, no)
);
alter table report_pieces alter column bytes set storage external;
