-- Bills, what was paid for them, what went back. Hot tables: each key contains order_no, so that they can be distributed by
-- it (Citus), and they refer only to each other (with order_no) and to the small tables of 0004.

-- 缴费单. Its state follows from its amounts and is not kept twice.
create table orders (
  -- Made by whoever issues the bill; the id of that request too. Its letters are checked at the door: a pattern here would be
  -- tried again at each payment.
  order_no    text primary key check (length(order_no) between 1 and 40),
  ask_sm3     text not null check (length(ask_sm3) = 64),
  merchant_no text not null references merchants,
  fee_item_id text not null references fee_items,
  -- 户号: by which the payer finds the bill.
  account_no  text not null check (account_no <> ''),
  payer_name  text not null default '',
  phone       text not null default '',
  email       text not null default '',
  title       text not null check (title <> ''),
  -- 账单所属期, free text of the merchant such as 2026-11.
  period      text not null default '',
  amount      bigint not null check (amount > 0),
  currency    text not null check (length(currency) = 3),
  part_payment boolean not null,
  part_min    bigint not null check (part_min > 0),
  -- Credited successes; never more than the amount: a surplus is not credited.
  paid        bigint not null default 0 check (paid between 0 and amount),
  refunded    bigint not null default 0 check (refunded between 0 and paid),
  -- Not paid yet 待缴.
  due         bigint not null generated always as (amount - paid) stored,
  -- 剩余金额: what could still be given back.
  remaining   bigint not null generated always as (paid - refunded) stored,
  -- 退款标记位
  refund_flag text not null generated always as
    (case when refunded = 0 then 'none' when refunded < paid then 'partial' else 'full' end) stored,
  due_on      date,
  created_at  timestamptz not null,
  paid_at     timestamptz,
  closed_at   timestamptz,
  closed_why  text not null default '',
  batch_id    text not null default '',
  state       text not null generated always as
    (case when closed_at is not null then 'closed' when paid = amount then 'paid' when paid > 0 then 'part_paid' else 'unpaid' end) stored,
  check ((paid = amount) = (paid_at is not null))
-- Each bill is written once and paid once, and no index holds what paying changes: with half a page left free the second
-- version stays beside the first (HOT), which costs a third of a new entry in every index.
) with (fillfactor = 50);
create index orders_of_account on orders (account_no, merchant_no);
create index orders_of_batch on orders (batch_id) where batch_id <> '';

create type payment_state as enum ('created', 'pending', 'success', 'failed', 'closed');

-- One attempt to pay an order through a channel.
create table payments (
  order_no         text not null references orders,
  -- Made by us, and what the channel knows it by (out_trade_no, orderId).
  payment_no       text not null,
  -- Made by the payer's device.
  request_id       text not null,
  ask_sm3          text not null check (length(ask_sm3) = 64),
  channel          text not null,
  -- Which of our accounts with the channel: a name in the configuration.
  account          text not null,
  method           text not null,
  amount           bigint not null check (amount > 0),
  currency         text not null,
  state            payment_state not null default 'created',
  created_at       timestamptz not null,
  expires_at       timestamptz not null,
  -- The channel took our request: what the payer's device needs to go on.
  submitted_at     timestamptz,
  checkout         jsonb,
  -- The channel's final word.
  channel_trade_no text not null default '',
  received         bigint check (received > 0),
  paid_at          timestamptz,
  payer            text not null default '',
  fee              bigint,
  booked_at        timestamptz,
  -- Counted into the order's `paid`; a surplus, or an amount that was not asked for, is booked and not credited.
  credited         boolean not null default false,
  -- Why it failed or was closed: the channel's code, or ours.
  reason           text not null default '',
  reversed_at      timestamptz,
  refunded         bigint not null default 0 check (refunded >= 0),
  -- Asked for and not yet finally answered.
  refunding        bigint not null default 0 check (refunding >= 0),
  -- 剩余金额
  remaining        bigint not null generated always as (coalesce(received, 0) - refunded - refunding) stored check (remaining >= 0),
  refund_flag      text not null generated always as
    (case when refunded = 0 then 'none' when refunded < coalesce(received, 0) then 'partial' else 'full' end) stored,
  -- Delay compensation: when the channel is asked next (null: never again), how often it was, what it said last.
  next_query_at    timestamptz,
  queries          integer not null default 0,
  last_answer      text not null default '',
  primary key (order_no, payment_no),
  unique (order_no, request_id),
  check ((state = 'success') = (booked_at is not null)),
  check ((state = 'success') = (received is not null)),
  check ((state = 'success') = (paid_at is not null)),
  check (state = 'success' or not credited),
  check (state not in ('created', 'pending') or next_query_at is not null)
) with (fillfactor = 80);
create index payments_by_no on payments (payment_no);
create index payments_to_ask on payments (next_query_at) where next_query_at is not null;

create type refund_kind as enum (
  'refund',   -- asked for by the merchant or the payer
  'surplus',  -- proposed by ourselves: paid twice, too much, or for a closed bill
  'reversal'  -- 冲正: booked as a success, which the channel denies; no money goes anywhere
);
create type refund_state as enum ('awaiting_review', 'approved', 'pending', 'success', 'failed', 'refused');

create table refunds (
  order_no          text not null,
  -- Made by us, and what the channel knows it by (out_refund_no, out_request_no).
  refund_no         text not null,
  -- Made by the caller.
  request_id        text not null,
  ask_sm3           text not null check (length(ask_sm3) = 64),
  payment_no        text not null,
  kind              refund_kind not null,
  amount            bigint not null check (amount > 0),
  currency          text not null,
  reason            text not null check (reason <> ''),
  state             refund_state not null,
  asked_by          text not null,
  asked_at          timestamptz not null,
  decided_by        text not null default '',
  decided_at        timestamptz,
  -- The channel took it.
  submitted_at      timestamptz,
  channel_refund_no text not null default '',
  refunded_at       timestamptz,
  booked_at         timestamptz,
  failure           text not null default '',
  next_query_at     timestamptz,
  queries           integer not null default 0,
  last_answer       text not null default '',
  primary key (order_no, refund_no),
  unique (order_no, request_id),
  foreign key (order_no, payment_no) references payments,
  check (decided_by = '' or decided_by <> asked_by),
  check ((state = 'success') = (booked_at is not null)),
  check (state not in ('approved', 'pending') or next_query_at is not null)
);
create index refunds_by_no on refunds (refund_no);
create index refunds_of_payment on refunds (order_no, payment_no);
create index refunds_to_ask on refunds (next_query_at) where next_query_at is not null;
create index refunds_to_review on refunds (asked_at) where state = 'awaiting_review';

create type anomaly_kind as enum (
  'duplicate_payment',     -- the bill was paid already
  'overpayment',           -- more than is still due
  'order_closed',          -- paid for a bill that is closed
  'amount_differs',        -- the channel took another amount than was asked for
  'merchant_differs',      -- the channel names another merchant: not our money
  'denied_after_success',  -- booked as a success, and now the channel denies it
  'success_after_reversal' -- reversed because the channel denied it, and now the channel confirms it
);

-- 待处理: what a person must look at, with its evidence. Booked, never as paid.
create table payment_anomalies (
  order_no   text not null,
  payment_no text not null,
  kind       anomaly_kind not null,
  evidence   jsonb not null,
  found_at   timestamptz not null,
  settled_at timestamptz,
  settled_by text not null default '',
  note       text not null default '',
  primary key (order_no, payment_no, kind),
  foreign key (order_no, payment_no) references payments
);
create index anomalies_open on payment_anomalies (found_at) where settled_at is null;

-- Our own book gives its rows their ids here (a file's rows have file * 2^32 + N, in a book of their own).
create sequence movement_ids as bigint;
alter table movements alter column id set default nextval('movement_ids');
-- Each success and each refund moves money once.
alter table movements add constraint movements_once unique (order_no, payment_no);
create index movements_day on movements (channel, business_date);

-- Notices that were refused: forged, replayed, unknown. Kept for the operator, never booked.
create table refused_notices (
  id          bigint generated always as identity primary key,
  at          timestamptz not null,
  channel     text not null,
  account     text not null,
  address     text not null,
  code        text not null,
  -- What was refused, cut to a kilobyte.
  excerpt     text not null
);
create index refused_notices_at on refused_notices (at);
