-- Every statement file that ever arrived, with its bytes: the evidence behind each line, whether it could be booked or not.

-- booked: its new lines stand in statement_lines. awaiting_acceptance: some records could not be read, so nothing is booked
-- until a second person accepts it. refused: its own totals do not fit its records; nothing is booked.
create type statement_state as enum ('booked', 'awaiting_acceptance', 'refused');

create table statement_files (
  -- The first half of each line's id (id * 2^32 + N).
  id           integer generated always as identity primary key,
  -- Of the file as it arrived: the same file again is the same statement.
  sm3          text not null unique check (sm3 ~ '^[0-9a-f]{64}$'),
  name         text not null,
  bytes        bigint not null check (bytes > 0),
  received_at  timestamptz not null,
  channel      text not null,
  format       text not null,
  state        statement_state not null,
  records      integer not null check (records >= 0),
  rejected     integer not null check (rejected between 0 and records),
  -- Lines this file added to the book, and lines that another file had brought before.
  booked       integer not null check (booked >= 0 and (state = 'booked' or booked = 0)),
  known        integer not null check (known >= 0 and (state = 'booked' or known = 0)),
  -- Controls and problems, as they were told on arrival.
  controls     jsonb not null,
  problems     jsonb not null,
  check (state <> 'booked' or booked + known = records)
);

-- The bytes as they arrived, in parts of a megabyte.
create table statement_raw (
  file_id integer not null references statement_files,
  part    integer not null,
  content bytea not null,
  primary key (file_id, part)
);
-- Statements are packed already, or are cut by the compression of the whole database: do not try again for each part.
alter table statement_raw alter column content set storage external;

-- Looking for lines that another file has brought before, and the lines of one channel's day.
create index statement_lines_day on statement_lines (channel, business_date);
