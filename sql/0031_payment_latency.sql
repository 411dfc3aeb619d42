-- 渠道时延: how many payments took how long from the channel's success to our book, by the Beijing day on which the attempt began. Counted by the
-- platform as movements come (src/orders/latency_store.ts), so that a dashboard reads some thousand counts where there are millions of payments.
create table payment_latency (
  day         date not null,
  -- '' counts all merchants together, for whoever sees all of them.
  merchant_no text not null,
  channel     text not null,
  -- 0: no time at all; else steps of 5 %, the first one ends after 1.05 ms.
  bucket      integer not null check (bucket >= 0),
  payments    bigint not null check (payments > 0),
  primary key (day, merchant_no, channel, bucket)
) with (fillfactor = 80);

-- Movements up to here are counted.
create table payment_latency_mark (
  one      boolean primary key default true check (one),
  movement bigint not null
);
insert into payment_latency_mark (movement) values (0);
