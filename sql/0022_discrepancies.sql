-- 差错 as work for people, and the library of causes 异常场景库.

-- What people add to the causes that come with the program: versions that never change; of a code the highest one counts.
create table causes (
  code         text not null check (code ~ '^[a-z][a-z0-9_]{2,39}$'),
  version      integer not null check (version > 0),
  name_zh      text not null check (name_zh <> ''),
  name_en      text not null check (name_en <> ''),
  recognised   text not null check (recognised <> ''),
  what_to_do   text not null check (what_to_do <> ''),
  whom_to_ask  text not null default '',
  usual_action text not null default '',
  -- All of them hold: src/causes/conditions.ts.
  conditions   jsonb not null,
  -- The lowest one that holds gives the likely cause.
  priority     integer not null check (priority between 1 and 1000),
  retired      boolean not null default false,
  author       text not null check (author <> ''),
  author_name  text not null,
  reason       text not null check (reason <> ''),
  created_at   timestamptz not null,
  primary key (code, version)
);

create function forbid_changing_cause() returns trigger language plpgsql as $$
begin
  raise exception 'a version of a cause never changes' using errcode = 'restrict_violation';
end
$$;
create trigger written_once before update or delete on causes for each row execute function forbid_changing_cause();

alter table discrepancies
  -- By the library of causes; '' where it knows no better than the engine, whose word stays in `cause`.
  add column likely_cause text not null default '',
  add column likely_version integer,
  add column waits_why text not null default '',
  -- What a person asked for and somebody else has to decide; `review_id` is that question.
  add column asked_action text not null default '',
  -- The refund that gives a duplicate back; '' none is under way.
  add column refund_no text not null default '',
  -- Every number that its rows carry, to find it by.
  add column numbers text[] not null default '{}',
  -- When it was told that nobody dealt with it in time.
  add column overdue_at timestamptz,
  add check ((likely_cause = '') = (likely_version is null)),
  add check (state <> 'resolved' or (action <> '' and ended_by <> ''));
create index discrepancies_numbers on discrepancies using gin (numbers);
create index discrepancies_by_day on discrepancies (business_date, id);
create index discrepancies_of_merchant on discrepancies (merchant, id);
create index discrepancies_of_owner on discrepancies (owner, id) where state = 'open' and owner <> '';
create index discrepancies_refunded on discrepancies (id) where refund_no <> '' and state = 'open';
create index discrepancies_ended on discrepancies (ended_at) where state = 'resolved';

-- People write names and numbers into comments: sealed. Vouchers are kept by voucher_uses.
drop table discrepancy_vouchers, discrepancy_comments;
create table discrepancy_comments (
  id             text primary key,
  discrepancy_id bigint not null references discrepancies,
  at             timestamptz not null,
  by             text not null,
  by_name        text not null,
  text           bytea not null
);
create index discrepancy_comments_of on discrepancy_comments (discrepancy_id, at, id);
