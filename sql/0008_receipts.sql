-- 缴费凭证: what was certified, and when. Found by the code that a person types.
create table receipts (
  -- HMAC-SM3 over the facts, cut to 80 bits, in Crockford's base 32.
  code       text primary key check (code ~ '^[0-9A-HJKMNP-TV-Z]{16}$'),
  receipt_no text not null unique,
  order_no   text not null,
  payment_no text not null,
  -- All that the receipt says; the code is computed from this.
  facts      jsonb not null,
  -- Of the facts without number and time: the same facts again are the same receipt.
  facts_sm3  text not null check (facts_sm3 ~ '^[0-9a-f]{64}$'),
  issued_at  timestamptz not null,
  unique (payment_no, facts_sm3)
);
