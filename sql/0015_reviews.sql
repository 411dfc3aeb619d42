-- 复核: whatever needs a second person. One row is one question to somebody else: what, on what, before and after, asked by whom,
-- answered by whom. What an approval does is done in the transaction that approves.

create type review_state as enum ('open', 'approved', 'refused', 'withdrawn', 'expired');

create table reviews (
  id              text primary key,
  -- A code that a folder registers: refund, refund_final, role_grant …
  kind            text not null check (kind ~ '^[a-z][a-z0-9_]{1,39}$'),
  object_kind     text not null check (object_kind <> ''),
  object_id       text not null check (object_id <> ''),
  -- What the checker reads: [{"zh", "en", "value"}], masked by whoever asks.
  facts           jsonb not null,
  before          jsonb,
  after           jsonb,
  -- What of the object the question stands on: changed since, it cannot be approved any more.
  basis           jsonb not null,
  -- What applying needs; shown to nobody.
  payload         jsonb,
  -- Minor units.
  amount          bigint check (amount > 0),
  currency        text,
  -- Where it lies, for scopes; null: in no single one, so only whoever may see all of them sees it.
  merchant_no     text,
  channel         text,
  asked_by        text not null check (asked_by <> ''),
  asked_name      text not null,
  -- The account behind, whatever key or session asked; '' for the platform itself.
  asked_account   text not null,
  asked_at        timestamptz not null,
  reason          text not null check (reason <> ''),
  -- null: it waits until somebody decides.
  expires_at      timestamptz check (expires_at > asked_at),
  state           review_state not null default 'open',
  decided_by      text not null default '',
  decided_name    text not null default '',
  decided_account text not null default '',
  ended_at        timestamptz,
  -- The checker's reason, or the maker's for withdrawing.
  ended_why       text not null default '',
  -- What applying gave.
  outcome         jsonb,
  check ((amount is null) = (currency is null)),
  constraint maker_is_not_checker check (decided_by = '' or (decided_by <> asked_by and decided_account <> asked_account)),
  constraint decided_by_a_person check ((state in ('approved', 'refused')) = (decided_by <> '' and decided_account <> '')),
  check (decided_by <> '' or (decided_account = '' and decided_name = '')),
  check ((state = 'open') = (ended_at is null)),
  check (state <> 'refused' or ended_why <> ''),
  check (outcome is null or state = 'approved')
);
create unique index one_open_review on reviews (kind, object_kind, object_id) where state = 'open';
create index reviews_of_object on reviews (object_kind, object_id);
create index reviews_by_time on reviews (asked_at, id);
create index reviews_open on reviews (asked_at, id) where state = 'open';
create index reviews_to_expire on reviews (expires_at) where state = 'open';

-- What was asked is never edited, and what is over stays as it ended.
create function forbid_changing_review() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.state = 'open'
     and row(old.id, old.kind, old.object_kind, old.object_id, old.facts, old.before, old.after, old.basis, old.payload, old.amount,
             old.currency, old.merchant_no, old.channel, old.asked_by, old.asked_name, old.asked_account, old.asked_at, old.reason,
             old.expires_at)
       is not distinct from
         row(new.id, new.kind, new.object_kind, new.object_id, new.facts, new.before, new.after, new.basis, new.payload, new.amount,
             new.currency, new.merchant_no, new.channel, new.asked_by, new.asked_name, new.asked_account, new.asked_at, new.reason,
             new.expires_at)
  then
    return new;
  end if;
  raise exception 'a review is asked once and ends once' using errcode = 'restrict_violation';
end
$$;
create trigger asked_once_ended_once before update or delete on reviews for each row execute function forbid_changing_review();

-- 凭证 of a request: what the payer, the bank or the merchant wrote. Sealed by the vault.
create table vouchers (
  id               text primary key,
  name             text not null check (name <> '' and length(name) <= 120),
  media_type       text not null check (media_type in ('application/pdf', 'image/jpeg', 'image/png')),
  size             integer not null check (size between 1 and 10485760),
  sealed           bytea not null,
  uploaded_by      text not null,
  uploaded_account text not null,
  uploaded_at      timestamptz not null
);
create index vouchers_by_time on vouchers (uploaded_at);

create table review_vouchers (
  review_id  text not null references reviews,
  voucher_id text not null references vouchers,
  primary key (review_id, voucher_id)
);
create index review_vouchers_of_voucher on review_vouchers (voucher_id);

-- Refunds that wait are reviews from here on.
alter table refunds add column review_id text not null default '';
insert into reviews (id, kind, object_kind, object_id, facts, basis, amount, currency, merchant_no, channel, asked_by, asked_name,
                     asked_account, asked_at, reason)
select r.refund_no, case r.kind when 'surplus' then 'refund_surplus' else 'refund' end, 'refund', r.refund_no,
       jsonb_build_array(jsonb_build_object('zh', '缴费单', 'en', 'Order', 'value', r.order_no),
                         jsonb_build_object('zh', '支付单', 'en', 'Payment', 'value', r.payment_no)),
       jsonb_build_object('refund', r.state, 'amount', r.amount, 'payment', p.state, 'received', p.received)
         || case r.kind when 'surplus' then '{}'::jsonb else '{"reconciled": false}'::jsonb end,
       r.amount, r.currency, o.merchant_no, p.channel, r.asked_by, r.asked_by, '', r.asked_at, r.reason
  from refunds r join payments p using (order_no, payment_no) join orders o using (order_no)
 where r.state = 'awaiting_review';
update refunds set review_id = refund_no where state = 'awaiting_review';
alter table refunds add constraint awaiting_has_review check (state <> 'awaiting_review' or review_id <> '');
-- What waits for a second person is found in reviews.
drop index refunds_to_review;
