-- What administrators must hear of. One that is open under a key is counted on, not written again.
create table alerts (
  id              text primary key,
  -- probe, doubtful, …: what a list is filtered by.
  kind            text not null check (kind <> ''),
  key             text not null,
  severity        text not null check (severity in ('notice', 'warning')),
  address         text not null default '',
  actor           text not null default '',
  -- Request, field, family, sample: cut and masked.
  facts           jsonb not null,
  count           bigint not null default 1 check (count > 0),
  first_at        timestamptz not null,
  last_at         timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by text not null default '',
  note            text not null default '',
  check ((acknowledged_at is null) = (acknowledged_by = '')),
  check (first_at <= last_at)
);
create unique index one_open_alert_per_key on alerts (key) where acknowledged_at is null;
create index alerts_by_time on alerts (last_at desc, id desc);

-- Addresses that are let in no more for a while; IPv6 by its /64. All servers on the database keep a copy in memory, told by NOTIFY.
create table address_blocks (
  address     text primary key,
  -- How often in a row: what it is blocked for grows with it.
  level       integer not null check (level > 0),
  blocked_at  timestamptz not null,
  until       timestamptz not null check (until > blocked_at),
  alert_id    text not null,
  lifted_at   timestamptz,
  lifted_by   text not null default '',
  lifted_why  text not null default '',
  check ((lifted_at is null) = (lifted_by = ''))
);
create index address_blocks_active on address_blocks (until) where lifted_at is null;

-- Counts of log-ins and codes by address, shared by all servers; kept by rate-limiter-flexible, whose shape this is. It may forget.
create unlogged table rate_limits (
  key    varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);
