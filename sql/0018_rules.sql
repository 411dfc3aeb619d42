-- Rules with versions: numbered snapshots that nobody changes, and from which business day on each of them holds.

create table rule_versions (
  version    integer primary key check (version > 0),
  name       text not null check (name <> ''),
  -- As its author wrote it, YAML or JSON.
  document   text not null,
  -- Every field spelled out, one spelling for one meaning: what the engine is given, whatever is built in later.
  canonical  text not null,
  -- SM3 of canonical.
  sm3        text not null check (length(sm3) = 64),
  author     text not null,
  author_name text not null,
  reason     text not null check (reason <> ''),
  based_on   integer references rule_versions check (based_on < version),
  created_at timestamptz not null
);

create table rule_activations (
  id           integer generated always as identity primary key,
  version      integer not null references rule_versions,
  -- The first business day that it holds for. Of two for one day, the later counts.
  from_day     date not null,
  activated_at timestamptz not null,
  asked_by     text not null,
  decided_by   text not null,
  reason       text not null,
  -- '' only for the built-in rules, which nobody had to ask for.
  review_id    text not null default '',
  gate_id      text not null default '',
  check (version = 1 and asked_by = 'platform' or review_id <> '' and gate_id <> '' and asked_by <> decided_by)
);
create index rule_activations_day on rule_activations (from_day desc, id desc);

create function forbid_changing_rules() returns trigger language plpgsql as $$
begin
  raise exception 'versions of rules and their activations are never changed';
end
$$;
create trigger written_once before update or delete or truncate on rule_versions for each statement execute function forbid_changing_rules();
create trigger written_once before update or delete or truncate on rule_activations for each statement execute function forbid_changing_rules();

insert into rule_versions (version, name, document, canonical, sm3, author, author_name, reason, created_at)
values (1, '内置默认 Built-in', 'name: 内置默认 Built-in', '{"channels":{},"defaults":{"amount_tolerance":"0.00","calendar":{"closes_after_days":1,"closes_at":"10:00","cutoff":"00:00","cutoff_margin_minutes":5,"holidays":[],"workdays":[],"working_days_only":false,"zone":"Asia/Shanghai"},"confirm_above":null,"fee_items":{},"fees":{"rate":null,"rounding":"half_up","schedule":[],"tolerance_per_row":"0.01"},"merchants":{},"passes":["refund_no","trade_no","merchant_order_no","order_no","similar_no","batch_no","day_total","amount_time","subset_sum"],"refunds":{"confirm":false,"fee":"returned"},"split":{"max_parts":null},"subset_sum":{"max_candidates":40},"waive_below":null,"windows":{"amount_time_minutes":30,"clear_lead_minutes":10,"number_days":31,"subset_sum_minutes":1440}},"name":"内置默认 Built-in"}',
        '0baec282cc3b0b78d39ec7748f3d14b44584423ebfe7c8eaa1d1af0cd2505281', 'platform', '平台 Platform', '内置默认规则 The built-in rules', now());
insert into rule_activations (version, from_day, activated_at, asked_by, decided_by, reason)
values (1, '0001-01-01', now(), 'platform', 'platform', '内置默认规则 The built-in rules');

-- Rules may differ by fee item (缴费项目), so our book says whose each row is. '' where nothing tells: a file's row.
alter table movements add column fee_item text not null default '';
update movements m set fee_item = o.fee_item_id from orders o where o.order_no = m.order_no;

create type rule_gate_state as enum ('waiting', 'running', 'done', 'failed');

-- 回归关: a version replayed over closed days and the hard cases against the one in force, before it may be activated.
create table rule_gates (
  id         text primary key,
  version    integer not null references rule_versions,
  against    integer not null references rule_versions,
  days       integer not null check (days between 1 and 400),
  state      rule_gate_state not null default 'waiting',
  asked_by   text not null,
  asked_at   timestamptz not null,
  started_at timestamptz,
  ended_at   timestamptz,
  -- Days of accounts: replayed so far, and to replay.
  done       integer not null default 0,
  total      integer not null default 0,
  -- The last closed day that there was when it began.
  last_day   date,
  -- What changes: counts, money, days, examples, hard cases.
  result     jsonb,
  failure    text not null default '',
  check ((state = 'done') = (result is not null))
);
create index rule_gates_of_version on rule_gates (version, asked_at);
