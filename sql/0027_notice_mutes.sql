-- 通知设置: what a payer does not want to be told by SMS. Without a row he is told everything.
create table notice_mutes (
  account_id text not null references accounts,
  template   text not null check (template in ('bill_issued', 'payment_succeeded', 'appeal_received')),
  muted_at   timestamptz not null,
  primary key (account_id, template)
);
