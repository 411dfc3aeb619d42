-- 三方对账, the third leg: what the channel says it did with the money, and what reached our bank.

-- What each movement of a funds statement was, and the account's balance after it.
create type fund_entry as enum ('payment', 'refund', 'fee', 'withdrawal', 'other');
alter table fund_lines
  add column entry fund_entry not null default 'other',
  add column balance bigint;

-- Days whose trade bill, funds bill or bank statement changed since their settlement was last looked at.
create table touched_settlements (
  channel       text not null,
  account       text not null,
  business_date date not null,
  -- Counts each touch: only what was seen is taken back.
  times         integer not null default 1,
  primary key (channel, account, business_date)
);

create type settlement_state as enum ('expected', 'funds_agree', 'funds_differ', 'received', 'received_differs', 'overdue');
-- none: it does not settle into a bank account that we see, or there is nothing to pay. unknown: what is due is not known yet.
create type payout_state as enum ('none', 'unknown', 'waiting', 'received', 'differs', 'ambiguous', 'overdue');

-- Credits of a bank account that pay days of one account with a channel.
create table payouts (
  id         integer generated always as identity primary key,
  channel    text not null,
  account    text not null,
  bank       text not null,
  currency   text not null,
  -- exact: one credit, one day. batch: one credit, several days. parts: several credits, one day. differs: the amounts do not agree.
  how        text not null check (how in ('exact', 'batch', 'parts', 'differs')),
  -- Credits minus what was due.
  difference bigint not null,
  made_at    timestamptz not null,
  check ((how = 'differs') = (difference <> 0))
);

-- Lines of a bank account's statement that are a channel's payout: a place of their own, neither surplus nor payment.
create table payout_lines (
  order_no      text not null,
  line_id       bigint not null,
  -- The bank account, and the day of it in whose books the line counts.
  bank          text not null,
  day_id        integer not null references days,
  paid_on       date not null,
  moved         bigint not null,
  currency      text not null,
  -- Accounts with channels whose patterns know it; several: which of them paid is told by the amount alone.
  accounts      text[] not null check (accounts <> '{}'),
  payout_id     integer references payouts on delete set null,
  recognised_at timestamptz not null,
  primary key (order_no, line_id)
);
create index payout_lines_of_line on payout_lines (line_id);
create index payout_lines_of_day on payout_lines (day_id);
create index payout_lines_of_bank on payout_lines (bank, paid_on);
create index payout_lines_of_payout on payout_lines (payout_id);

create table settlements (
  id            integer generated always as identity primary key,
  channel       text not null,
  account       text not null,
  business_date date not null,
  currency      text not null,
  state         settlement_state not null default 'expected',
  -- By the trade bill. fees_missing: rows without a fee, which is not a fee of zero.
  trade_rows    bigint not null default 0,
  payments      bigint not null default 0,
  gross         bigint not null default 0,
  refunds       bigint not null default 0,
  fees          bigint not null default 0,
  fees_missing  bigint not null default 0,
  net           bigint not null generated always as (gross - refunds - fees) stored,
  -- By the funds bill; null: there is none.
  fund_rows     bigint,
  fund_payments bigint,
  fund_gross    bigint,
  fund_refunds  bigint,
  fund_fees     bigint,
  fund_other    bigint,
  withdrawn     bigint,
  opening       bigint,
  closing       bigint,
  -- Both bills are there and were held against each other.
  compared      boolean not null default false,
  -- By the bank.
  payout        payout_state not null default 'none',
  due           bigint,
  due_on        date,
  payout_id     integer references payouts on delete set null,
  -- [{code, amount, explained, zh, en, rows}], of the funds bill and of the payout.
  differences   jsonb not null default '[]',
  -- A second person agreed to these differences; others need another word.
  accepted      jsonb,
  accepted_at   timestamptz,
  accepted_by   text not null default '',
  accepted_name text not null default '',
  accepted_why  text not null default '',
  review_id     text not null default '',
  updated_at    timestamptz not null,
  unique (channel, account, business_date, currency),
  check ((accepted is null) = (accepted_at is null)),
  check ((payout in ('received', 'differs')) = (payout_id is not null))
);
create index settlements_listed on settlements (business_date desc, id desc);
create index settlements_open on settlements (channel, account, business_date) where payout in ('waiting', 'ambiguous', 'overdue', 'unknown');

create table settlement_comments (
  id            text primary key,
  settlement_id integer not null references settlements,
  at            timestamptz not null,
  by            text not null,
  by_name       text not null,
  text          bytea not null
);
create index settlement_comments_of on settlement_comments (settlement_id, at);
