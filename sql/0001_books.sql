-- The two books: what WE say moved (movements) and what THEY say moved (statement_lines), in one shape; and the links
-- between them. No row of a book is ever updated; 已对账 is derived from links and closed days.
--
-- These are hot tables. Each primary key contains order_no, so that they can be distributed by it (Citus); there is no
-- foreign key between the books and anything else, a million rows are loaded without asking another table.

create type movement_kind as enum ('payment', 'refund');
create type movement_status as enum ('success', 'pending', 'failed');
-- The evidence that settles a clean pair; the engine knows more.
create type settle_pass as enum ('trade_no', 'refund_no', 'merchant_order_no');

create table movements (
  -- Unique within the book, in order of arrival; what links refer to. From a file: file * 2^32 + N, N the row's number.
  id                 bigint not null,
  -- Our own name of the row, unique within the book.
  payment_no         text not null,
  -- 缴费单号. A row without one carries '#' || id.
  order_no           text not null,
  kind               movement_kind not null,
  status             movement_status not null,
  channel            text not null,
  -- Text that is not given is '', which joins and compares without a thought about null.
  channel_trade_no   text not null default '',
  merchant_order_no  text not null default '',
  refund_no          text not null default '',
  channel_refund_no  text not null default '',
  -- Minor units (分), signed: money in plus; refunds, reversals and payouts minus.
  amount             bigint not null,
  currency           text not null,
  -- null: only the date is known.
  occurred_at        timestamptz,
  -- By the channel's zone and cutoff, computed once when the row is booked.
  business_date      date not null,
  merchant           text not null default '',
  payer              text not null default '',
  -- What the channel keeps; null is not given, which is not zero.
  fee                bigint,
  batch_no           text not null default '',
  primary key (order_no, id)
);

create table statement_lines (
  -- statement * 2^32 + N, N the record's 1-based number among the statement's records: the FILE#N of every report.
  id                 bigint not null,
  order_no           text not null,
  kind               movement_kind not null,
  status             movement_status not null,
  channel            text not null,
  channel_trade_no   text not null default '',
  merchant_order_no  text not null default '',
  refund_no          text not null default '',
  channel_refund_no  text not null default '',
  amount             bigint not null,
  currency           text not null,
  occurred_at        timestamptz,
  business_date      date not null,
  merchant           text not null default '',
  payer              text not null default '',
  fee                bigint,
  batch_no           text not null default '',
  primary key (order_no, id)
);

-- One narrow row per clean pair: everything else about it is in the two rows it joins.
create table match_links (
  -- The movement's.
  order_no           text not null,
  movement_id        bigint not null,
  line_id            bigint not null,
  pass               settle_pass not null,
  cross_day          boolean not null,
  needs_confirmation boolean not null,
  primary key (order_no, movement_id)
);
