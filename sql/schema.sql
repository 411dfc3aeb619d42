-- Made by `npm run schema` from the numbered files in this folder; a test holds them together. Not to be edited or run.

create type movement_kind as enum ('payment', 'refund');

create type movement_status as enum ('success', 'pending', 'failed');

create type settle_pass as enum ('trade_no', 'refund_no', 'merchant_order_no');

create type statement_state as enum ('booked', 'awaiting_acceptance', 'refused');

create table match_links (
  order_no           text not null,
  movement_id        bigint not null,
  line_id            bigint not null,
  pass               settle_pass not null,
  cross_day          boolean not null,
  needs_confirmation boolean not null,
  constraint match_links_pkey PRIMARY KEY (order_no, movement_id)
);

create table movements (
  id                bigint not null,
  payment_no        text not null,
  order_no          text not null,
  kind              movement_kind not null,
  status            movement_status not null,
  channel           text not null,
  channel_trade_no  text not null default ''::text,
  merchant_order_no text not null default ''::text,
  refund_no         text not null default ''::text,
  channel_refund_no text not null default ''::text,
  amount            bigint not null,
  currency          text not null,
  occurred_at       timestamp with time zone,
  business_date     date not null,
  merchant          text not null default ''::text,
  payer             text not null default ''::text,
  fee               bigint,
  batch_no          text not null default ''::text,
  constraint movements_pkey PRIMARY KEY (order_no, id)
);

create table schema_migrations (
  name       text not null,
  sm3        text not null,
  applied_at timestamp with time zone not null default now(),
  constraint schema_migrations_pkey PRIMARY KEY (name)
);

create table statement_files (
  id          integer not null generated always as identity,
  sm3         text not null,
  name        text not null,
  bytes       bigint not null,
  received_at timestamp with time zone not null,
  channel     text not null,
  format      text not null,
  state       statement_state not null,
  records     integer not null,
  rejected    integer not null,
  booked      integer not null,
  known       integer not null,
  controls    jsonb not null,
  problems    jsonb not null,
  constraint statement_files_pkey PRIMARY KEY (id),
  constraint statement_files_sm3_key UNIQUE (sm3),
  constraint statement_files_bytes_check CHECK ((bytes > 0)),
  constraint statement_files_check CHECK (((rejected >= 0) AND (rejected <= records))),
  constraint statement_files_check1 CHECK (((booked >= 0) AND ((state = 'booked'::statement_state) OR (booked = 0)))),
  constraint statement_files_check2 CHECK (((known >= 0) AND ((state = 'booked'::statement_state) OR (known = 0)))),
  constraint statement_files_check3 CHECK (((state <> 'booked'::statement_state) OR ((booked + known) = records))),
  constraint statement_files_records_check CHECK ((records >= 0)),
  constraint statement_files_sm3_check CHECK ((sm3 ~ '^[0-9a-f]{64}$'::text))
);

create table statement_lines (
  id                bigint not null,
  order_no          text not null,
  kind              movement_kind not null,
  status            movement_status not null,
  channel           text not null,
  channel_trade_no  text not null default ''::text,
  merchant_order_no text not null default ''::text,
  refund_no         text not null default ''::text,
  channel_refund_no text not null default ''::text,
  amount            bigint not null,
  currency          text not null,
  occurred_at       timestamp with time zone,
  business_date     date not null,
  merchant          text not null default ''::text,
  payer             text not null default ''::text,
  fee               bigint,
  batch_no          text not null default ''::text,
  constraint statement_lines_pkey PRIMARY KEY (order_no, id)
);
CREATE INDEX statement_lines_day ON public.statement_lines USING btree (channel, business_date);

create table statement_raw (
  file_id integer not null,
  part    integer not null,
  content bytea not null,
  constraint statement_raw_pkey PRIMARY KEY (file_id, part),
  constraint statement_raw_file_id_fkey FOREIGN KEY (file_id) REFERENCES statement_files(id)
);

create table statement_templates (
  name         text not null,
  version      integer not null,
  fingerprint  text not null,
  dialect      text not null,
  columns      jsonb not null,
  mapping      jsonb not null,
  date_order   text,
  currency     text,
  confirmed_by text not null,
  confirmed_at timestamp with time zone not null,
  constraint statement_templates_pkey PRIMARY KEY (name, version),
  constraint statement_templates_columns_check CHECK ((jsonb_typeof(columns) = 'array'::text)),
  constraint statement_templates_confirmed_by_check CHECK ((confirmed_by <> ''::text)),
  constraint statement_templates_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint statement_templates_date_order_check CHECK ((date_order = ANY (ARRAY['ymd'::text, 'dmy'::text, 'mdy'::text]))),
  constraint statement_templates_fingerprint_check CHECK ((fingerprint ~ '^[0-9a-f]{64}$'::text)),
  constraint statement_templates_mapping_check CHECK ((jsonb_typeof(mapping) = 'object'::text)),
  constraint statement_templates_name_check CHECK (((name <> ''::text) AND (name = btrim(name)))),
  constraint statement_templates_version_check CHECK ((version > 0))
);

CREATE OR REPLACE FUNCTION public.forbid_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is written once and never changed', tg_table_name using errcode = 'restrict_violation';
end
$function$;

CREATE TRIGGER written_once BEFORE DELETE OR UPDATE OR TRUNCATE ON public.statement_templates FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
