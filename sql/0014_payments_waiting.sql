-- What changes while a payment waits for its channel stands beside the payment, not in it: booking a payment then touches no index of
-- `payments`, and with room left on the page its second version stays beside the first (HOT).

create table payments_waiting (
  order_no      text not null,
  payment_no    text not null,
  -- Delay compensation: when the channel is asked next, how often it was, what it said last. The row goes with the channel's final word; one
  -- for every payment that is created or pending, and for those closed here that the channel may still take money for.
  next_query_at timestamptz not null,
  queries       integer not null default 0,
  last_answer   text not null default '',
  primary key (order_no, payment_no)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

insert into payments_waiting (order_no, payment_no, next_query_at, queries, last_answer)
select order_no, payment_no, next_query_at, queries, last_answer from payments where next_query_at is not null;

-- With them goes their index and the check that an open payment is asked about: booking_store.ts and store.ts keep the two in step, and
-- properties.test.ts holds them to it.
alter table payments drop column next_query_at, drop column queries, drop column last_answer, set (fillfactor = 50);
create index payments_to_ask on payments_waiting (next_query_at);
