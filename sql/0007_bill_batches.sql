-- Bills that come as files. A file is checked first, as a whole, and issued by a second call, wholly or not at all.

create type bill_batch_state as enum (
  'checked',  -- may be issued; its rows wait in bill_batch_rows
  'refused',  -- has errors; nothing of it is kept but the report
  'issued',
  'expired'   -- was not issued in time; its rows are gone
);

create table bill_batches (
  -- The id of the request that brought the file.
  id          text primary key check (id ~ '^[A-Za-z0-9_.:-]{8,64}$'),
  name        text not null,
  -- Of the file as it came.
  sm3         text not null check (sm3 ~ '^[0-9a-f]{64}$'),
  bytes       bigint not null,
  -- The merchant whose bills these must be; '' where any may be.
  merchant_no text not null default '',
  state       bill_batch_state not null,
  -- Rows of the file, without its header and empty ones.
  records     integer not null check (records >= 0),
  -- What would be issued, or was: counts and sums by fee item; amounts in minor units as text.
  totals      jsonb not null,
  errors      integer not null check (errors >= 0),
  warnings    integer not null check (warnings >= 0),
  problems    jsonb not null,
  checked_by  text not null,
  checked_at  timestamptz not null,
  issued_by   text not null default '',
  issued_at   timestamptz,
  check ((state = 'refused') = (errors > 0)),
  check ((state = 'issued') = (issued_at is not null)),
  check ((issued_by <> '') = (issued_at is not null))
);
create index bill_batches_by_sm3 on bill_batches (sm3);
create index bill_batches_waiting on bill_batches (checked_at) where state = 'checked';

-- The bills of a batch between check and issue.
create table bill_batch_rows (
  batch_id    text not null references bill_batches,
  -- As the file's reader sees it: line of a CSV file, row of a sheet.
  row_no      bigint not null,
  order_no    text not null,
  ask_sm3     text not null,
  merchant_no text not null,
  fee_item_id text not null,
  account_no  text not null,
  payer_name  text not null,
  phone       text not null,
  email       text not null,
  title       text not null,
  period      text not null,
  amount      bigint not null,
  due_on      date,
  primary key (batch_id, row_no)
);
