-- Lists are seen within a scope of merchants and channels: what they are drawn from carries its merchant, with the order of the list behind it, so
-- that ten thousand visible rows among a million are read as ten thousand.

alter table payments add column merchant_no text;
update payments p set merchant_no = o.merchant_no from orders o where o.order_no = p.order_no;
alter table payments alter column merchant_no set not null;
create index payments_of_merchant on payments (merchant_no, created_at, payment_no);
create index payments_by_time on payments (created_at, payment_no);

-- All merchants whose bills are in the file.
alter table bill_batches add column merchants text[] not null default '{}';
update bill_batches b set merchants = case when b.merchant_no <> '' then array[b.merchant_no] else
  coalesce((select array_agg(distinct f.merchant_no) from jsonb_to_recordset(b.totals) as t ("feeItemId" text)
              join fee_items f on f.id = t."feeItemId"), '{}') end;
