-- 段: runs of lines of a day's statement, cut where their own content says so, each with the SHA-256 of what its lines say. A newer version of the
-- statement mostly has the same runs: those are known without comparing a line.
create table statement_stretches (
  file_id integer not null references statement_files,
  -- Records of the file, both included; all of their lines were booked.
  first   integer not null,
  last    integer not null check (last >= first),
  sha256  bytea not null check (length(sha256) = 32),
  primary key (file_id, first)
);
