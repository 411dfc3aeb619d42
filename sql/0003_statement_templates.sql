-- Layouts of statements whose columns a person has confirmed. A new confirmation is a new version; none is ever changed.

create table statement_templates (
  name         text not null check (name <> '' and name = btrim(name)),
  version      integer not null check (version > 0),
  -- SM3 of separator and column names in order: by it the next file of the layout is known.
  fingerprint  text not null check (fingerprint ~ '^[0-9a-f]{64}$'),
  dialect      text not null,
  -- Names of the columns, in order.
  columns      jsonb not null check (jsonb_typeof(columns) = 'array'),
  -- Column → meaning; null: left out on purpose.
  mapping      jsonb not null check (jsonb_typeof(mapping) = 'object'),
  date_order   text check (date_order in ('ymd', 'dmy', 'mdy')),
  currency     text check (currency ~ '^[A-Z]{3}$'),
  confirmed_by text not null check (confirmed_by <> ''),
  confirmed_at timestamptz not null,
  primary key (name, version)
);

create function forbid_change() returns trigger language plpgsql as $$
begin
  raise exception '% is written once and never changed', tg_table_name using errcode = 'restrict_violation';
end
$$;

create trigger written_once before update or delete or truncate on statement_templates
  for each statement execute function forbid_change();
