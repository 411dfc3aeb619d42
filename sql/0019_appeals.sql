-- 对账申诉: a payer says that a payment of his is not shown as it should be. A clock runs until he has an answer.

-- What else than a review a voucher is kept for.
create table voucher_uses (
  voucher_id  text not null references vouchers,
  object_kind text not null check (object_kind <> ''),
  object_id   text not null check (object_id <> ''),
  primary key (object_kind, object_id, voucher_id)
);
create index voucher_uses_of_voucher on voucher_uses (voucher_id);
create index vouchers_of_account on vouchers (uploaded_account, uploaded_at);

create type appeal_kind as enum ('not_reconciled', 'not_paid');
create type appeal_state as enum ('open', 'answered', 'closed_by_reconciliation', 'withdrawn');

create table appeals (
  id               text primary key,
  kind             appeal_kind not null,
  state            appeal_state not null default 'open',
  order_no         text not null,
  payment_no       text not null,
  -- As they were when it was filed: where it lies, and what it is about.
  merchant_no      text not null,
  channel          text not null,
  title            text not null,
  amount           bigint not null,
  currency         text not null,
  -- Of the payment as his channel showed it to him; '' where he gave none.
  channel_trade_no text not null default '',
  account_id       text not null references accounts,
  filed_name       text not null,
  -- His words and the mail address he wants to be told at, sealed.
  told             bytea not null,
  filed_at         timestamptz not null,
  due_at           timestamptz not null check (due_at > filed_at),
  -- How many reminders went out.
  reminded         integer not null default 0,
  escalated_at     timestamptz,
  -- Who of the staff works on it.
  owner            text not null default '',
  owner_name       text not null default '',
  discrepancy_id   bigint references discrepancies,
  ended_at         timestamptz,
  ended_by         text not null default '',
  ended_name       text not null default '',
  verdict          text not null default '' check (verdict in ('', 'accepted', 'explained', 'rejected')),
  -- What the payer is told, sealed.
  answer           bytea,
  check ((state = 'open') = (ended_at is null)),
  check ((state = 'open') = (ended_by = '')),
  check ((state = 'answered') = (verdict <> '')),
  check ((state in ('answered', 'closed_by_reconciliation')) = (answer is not null)),
  check ((owner = '') = (owner_name = ''))
);
create unique index one_open_appeal on appeals (payment_no) where state = 'open';
create index appeals_open on appeals (due_at, id) where state = 'open';
create index appeals_by_due on appeals (due_at, id);
create index appeals_by_time on appeals (filed_at, id);
create index appeals_of_payer on appeals (account_id, filed_at, id);
create index appeals_of_payment on appeals (payment_no);

-- What is over stays as it ended, and nothing of the question is edited. (Sealed columns are sealed anew when keys change.)
create function forbid_changing_appeal() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE'
     and row(old.id, old.kind, old.order_no, old.payment_no, old.merchant_no, old.channel, old.amount, old.currency, old.channel_trade_no,
             old.account_id, old.filed_at, old.due_at)
       is not distinct from
         row(new.id, new.kind, new.order_no, new.payment_no, new.merchant_no, new.channel, new.amount, new.currency, new.channel_trade_no,
             new.account_id, new.filed_at, new.due_at)
     and (old.state = 'open'
          or row(old.state, old.ended_at, old.ended_by, old.verdict) is not distinct from row(new.state, new.ended_at, new.ended_by, new.verdict))
  then
    return new;
  end if;
  raise exception 'an appeal is filed once and ends once' using errcode = 'restrict_violation';
end
$$;
create trigger filed_once_ended_once before update or delete on appeals for each row execute function forbid_changing_appeal();

create table appeal_comments (
  id        text primary key,
  appeal_id text not null references appeals,
  at        timestamptz not null,
  by        text not null,
  by_name   text not null,
  -- Sealed: people write names and numbers.
  text      bytea not null
);
create index appeal_comments_of on appeal_comments (appeal_id, at, id);
