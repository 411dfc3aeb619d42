-- Messages to people leave from here after the commit of what they tell.

create type message_medium as enum ('sms', 'mail');
-- sending: handed to the provider, its answer not yet known; such a message is asked about, never just sent again.
-- unknown: nobody can be asked (mail); a person decides. withdrawn: a person decided that it is not to be sent.
create type message_state as enum ('waiting', 'sending', 'sent', 'failed', 'unknown', 'withdrawn');

create table outbox (
  id           bigint generated always as identity primary key,
  -- What makes it this message and no other ('paid:PAYMENT_NO:sms'): written twice, it is there once.
  key          text not null unique,
  medium       message_medium not null,
  recipient    text not null check (recipient <> ''),
  template     text not null,
  data         jsonb not null,
  state        message_state not null default 'waiting',
  created_at   timestamptz not null,
  -- Times it was handed to the provider; part of the name it has there.
  attempts     integer not null default 0,
  handed_at    timestamptz,
  -- waiting: when it is sent; sending: when the provider is asked what became of it.
  next_at      timestamptz,
  sent_at      timestamptz,
  provider_ref text not null default '',
  last_error   text not null default '',
  check ((state in ('waiting', 'sending')) = (next_at is not null)),
  check ((state = 'sent') = (sent_at is not null))
);
create index outbox_to_send on outbox (next_at) where next_at is not null;
-- What a person must look at.
create index outbox_open on outbox (created_at) where state in ('failed', 'unknown');
