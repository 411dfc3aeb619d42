-- Statements arrive by themselves: what is expected of which account, and what became of it.

-- awaited: not tried yet. not_published: the channel has none yet. empty: it says there is nothing to state, which is a statement, too.
-- failed: nobody knows whether there is one. refused: what came is not what was expected, or does not add up.
-- awaiting_acceptance: it has unreadable records, a second person decides. arrived: it is booked.
create type arrival_state as enum ('awaited', 'not_published', 'empty', 'failed', 'refused', 'awaiting_acceptance', 'arrived');
create type arrival_source as enum ('api', 'sftp', 'folder', 'upload');

create table arrivals (
  id            integer generated always as identity primary key,
  channel       text not null,
  account       text not null,
  business_date date not null,
  kind          statement_kind not null,
  state         arrival_state not null default 'awaited',
  -- By which it is expected; once something came, by which that came.
  source        arrival_source not null,
  attempts      integer not null default 0,
  last_tried_at timestamptz,
  -- When it is fetched next; null: nobody fetches it (it is brought, or nothing more is expected). While somebody does, when he is given up.
  next_try_at   timestamptz,
  -- Why the last try brought nothing: a code, and what a person should know.
  error_code    text not null default '',
  error_zh      text not null default '',
  error_en      text not null default '',
  file_id       integer references statement_files,
  -- When the channel should have it.
  expected_at   timestamptz not null,
  -- From then on people must know that it is missing.
  alert_at      timestamptz not null,
  alerted_at    timestamptz,
  arrived_at    timestamptz,
  empty_at      timestamptz,
  unique (account, business_date, kind),
  check ((state = 'arrived') = (arrived_at is not null)),
  check ((state = 'empty') = (empty_at is not null)),
  check (state not in ('arrived', 'awaiting_acceptance') or file_id is not null),
  check ((error_code = '') = (state in ('awaited', 'not_published', 'empty', 'awaiting_acceptance', 'arrived')))
);
create index arrivals_due on arrivals (next_try_at) where next_try_at is not null;
create index arrivals_missing on arrivals (alert_at) where alerted_at is null and state not in ('arrived', 'empty');
create index arrivals_of_day on arrivals (business_date, id);
create index arrivals_of_file on arrivals (file_id);

-- Files of watched folders and SFTP servers: each is read once, when it has stopped growing.
create table arrival_files (
  account    text not null,
  name       text not null,
  bytes      bigint not null,
  changed_at timestamptz not null,
  -- Since when it lies there as it is.
  seen_at    timestamptz not null,
  read_at    timestamptz,
  -- What became of it: '' it was imported, else the code of the refusal.
  outcome    text not null default '',
  primary key (account, name)
);

-- Accepted by a second person, a statement is booked without the records that cannot be read.
alter table statement_files drop constraint booked_wholly,
  add constraint booked_wholly check (state <> 'booked' or booked + known + passed_over + rejected = records);
