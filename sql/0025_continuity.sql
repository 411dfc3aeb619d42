-- Drills of continuity: what was damaged on purpose, how long it took to go on, what was lost, whether all still agrees.
create table drills (
  id       text primary key,
  name     text not null,
  -- What was done: kill, cut, delete …
  damage   text not null,
  outcome  text not null check (outcome in ('passed', 'failed')),
  began_at timestamptz not null,
  ended_at timestamptz not null check (ended_at >= began_at),
  -- From the damage to the first write that was acknowledged again, and how much acknowledged work was lost; null where it does not apply.
  rto_ms   integer check (rto_ms >= 0),
  rpo_ms   integer check (rpo_ms >= 0),
  lost     integer not null check (lost >= 0),
  -- The whole report, as it was printed.
  report   jsonb not null,
  ran_by   text not null
);
create index drills_by_time on drills (began_at desc, id desc);
create index drills_of_name on drills (name, ended_at desc);

create trigger written_once before update or delete or truncate on drills for each statement execute function forbid_change();

-- Which primary this is: one more with each promotion. What has seen a newer one accepts no older one.
create table primary_terms (
  term     integer primary key check (term > 0),
  node     text not null,
  began_at timestamptz not null
);
insert into primary_terms (term, node, began_at) values (1, 'first', now());
create trigger written_once before update or delete or truncate on primary_terms for each statement execute function forbid_change();
