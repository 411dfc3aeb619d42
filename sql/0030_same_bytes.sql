-- The same bytes may be a statement again: a channel prints a day's as it was before, or has nothing to say of another day either. Such a file names
-- the one of the same bytes that came before.
alter table statement_files add column same_as integer references statement_files;
-- All others are there once, as before.
alter table statement_files drop constraint statement_files_sm3_key;
create unique index statement_files_sm3 on statement_files (sm3) where same_as is null;
create index statement_files_alike on statement_files (sm3, id);

-- Lines that statements of more than one day list, with each day whose version that counts lists it. A line without a row here is listed by the
-- statement of its own file's day alone. It counts as long as any of them lists it.
create table shared_lines (
  order_no text not null,
  line_id  bigint not null,
  day      date not null,
  primary key (order_no, line_id, day)
);
create index shared_lines_line on shared_lines (line_id);
create index shared_lines_day on shared_lines (day);
