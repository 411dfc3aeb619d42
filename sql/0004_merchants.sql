-- Who collects, for what: departments, merchants (收费单位), fee items (缴费项目). Small tables that all others may refer to.

-- Answers of calls that change something, by the id the caller made: the same id and body get the first answer again.
-- Orders, payments and refunds keep theirs in their own row; this is for all the others.
create table requests (
  id         text primary key check (id ~ '^[A-Za-z0-9_.:-]{8,64}$'),
  operation  text not null,
  -- SM3 of the body in canonical JSON.
  ask_sm3    text not null check (ask_sm3 ~ '^[0-9a-f]{64}$'),
  answer     jsonb not null,
  asked_by   text not null,
  asked_at   timestamptz not null
);

create table departments (
  id         text primary key check (id ~ '^[A-Za-z0-9_-]{1,40}$'),
  name       text not null check (name <> '' and name = btrim(name)),
  -- null: the root of a tree.
  parent_id  text references departments check (parent_id <> id),
  created_at timestamptz not null
);
create index departments_children on departments (parent_id);

create type merchant_state as enum ('active', 'suspended');

create table merchants (
  -- 收费单位编号; what movements carry as merchant.
  merchant_no   text primary key check (merchant_no ~ '^[A-Za-z0-9_-]{1,40}$'),
  name          text not null check (name <> '' and name = btrim(name)),
  department_id text not null references departments,
  state         merchant_state not null default 'active',
  created_at    timestamptz not null
);
create index merchants_of_department on merchants (department_id);

create type fee_category as enum
  ('water', 'power', 'gas', 'heating', 'tuition', 'property', 'social_insurance', 'non_tax', 'telecom', 'medical', 'other');
-- suspended: no new bills for a while; retired: never again. Bills that are out stay payable.
create type fee_item_state as enum ('active', 'suspended', 'retired');

create table fee_items (
  id            text primary key check (id ~ '^[A-Za-z0-9_-]{1,40}$'),
  merchant_no   text not null references merchants,
  name          text not null check (name <> '' and name = btrim(name)),
  category      fee_category not null,
  -- What the payer's number is called: 户号, 学号, 身份证号 …
  account_label text not null default '户号' check (account_label <> ''),
  currency      text not null default 'CNY' check (currency ~ '^[A-Z]{3}$'),
  -- May a bill be paid in parts?
  part_payment  boolean not null default false,
  -- The least that a part may be, in minor units; the last part may be less.
  part_min      bigint not null default 1 check (part_min > 0),
  state         fee_item_state not null default 'active',
  created_at    timestamptz not null
);
create index fee_items_of_merchant on fee_items (merchant_no);
