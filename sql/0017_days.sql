-- The reconciliation day: a business day of one account with a channel, from its first movement to its close with proof.

-- Which of our accounts with the channel: a name in the configuration. '' where the channel has none (files of the command line).
alter table movements add column account text not null default '';
alter table statement_lines add column account text not null default '';
update movements m set account = p.account from payments p
 where p.order_no = m.order_no and p.payment_no = coalesce(nullif(m.merchant_order_no, ''), m.payment_no);
-- The rows of a day, and of it those that came after a certain one.
drop index movements_day;
create index movements_day on movements (channel, account, business_date, id);
-- Lines come file by file, so the rows of a day lie together: a summary of each stretch finds them, and costs a million lines next to nothing.
drop index statement_lines_day;
create index statement_lines_day on statement_lines using brin (business_date, channel, account, id) with (pages_per_range = 32, autosummarize = on);
-- A line is known by its id, and they come in its order.
alter table statement_lines drop constraint statement_lines_pkey, add primary key (id, order_no);
-- By the channel's number one finds our row, and from it the line: a line without a row of ours is in a discrepancy.
create index movements_trade on movements (channel_trade_no) where channel_trade_no <> '';

-- waiting: no statement yet. settling: a run is under way. provisional: settled, people work on what is left. closed: never changed again.
create type day_state as enum ('waiting', 'settling', 'provisional', 'closed');

create table days (
  id            integer generated always as identity primary key,
  channel       text not null,
  account       text not null,
  business_date date not null,
  state         day_state not null default 'waiting',
  -- T+1 10:00 by the rules: when the day closes by itself, if it may.
  closes_at     timestamptz not null,
  opened_at     timestamptz not null,
  provisional_at timestamptz,
  closed_at     timestamptz,
  closed_by     text not null default '',
  -- The last run that was published; each placing by a person counts too, so that a run which began before it is not published over it.
  run           integer not null default 0,
  revision      integer not null default 0,
  -- Σ ours + in transit in − in transit out + 长款 − 短款 ± differences = Σ theirs, by currency, as last computed; frozen by the close.
  proof         jsonb,
  -- The sample that the pure engine decided again.
  self_check    jsonb,
  -- A second person agreed that it closes without its statement: that review.
  forced_by     text not null default '',
  -- Why it cannot close: a code, and what a person should know.
  blocked       text not null default '',
  blocked_why   jsonb,
  -- The last ids that the last run saw. What comes after the close with this business date belongs to the open period.
  movement_mark bigint,
  line_mark     bigint,
  unique (channel, account, business_date),
  check ((state = 'closed') = (closed_at is not null)),
  check (state <> 'closed' or (proof is not null and movement_mark is not null and line_mark is not null))
);
create index days_open on days (closes_at) where state <> 'closed';

create table runs (
  id         integer generated always as identity primary key,
  day_id     integer not null references days,
  -- Of the rules it decided by.
  rules      integer not null,
  started_at timestamptz not null,
  ended_at   timestamptz,
  -- Rows it looked at, pairs it settled, what the engine made of the rest.
  figures    jsonb not null default '{}'
);
create index runs_of_day on runs (day_id, id);

alter table match_links add column run integer not null default 0;
-- The links of a run lie together.
create index match_links_run on match_links using brin (run) with (pages_per_range = 32, autosummarize = on);

create type book_side as enum ('ours', 'theirs');

-- Every match that is not one plain pair: several rows, a difference, a flag, or a person's.
create table match_groups (
  id         bigint generated always as identity primary key,
  run        integer not null,
  pass       text not null,
  difference bigint not null,
  currency   text not null,
  flags      text[] not null default '{}',
  -- '' the engine; else who matched it by hand, and why.
  made_by    text not null default '',
  reason     text not null default '',
  made_at    timestamptz not null,
  undone_at  timestamptz,
  undone_by  text not null default '',
  undone_why text not null default '',
  check ((undone_at is null) = (undone_by = ''))
);

create table match_rows (
  group_id bigint not null references match_groups,
  side     book_side not null,
  order_no text not null,
  row_id   bigint not null,
  -- The day in whose books it counts: its business day, or the open one when that was closed already.
  day_id   integer not null references days,
  -- What it moved, signed; 0 for what did not succeed.
  moved    bigint not null,
  currency text not null,
  live     boolean not null default true,
  primary key (group_id, side, order_no, row_id)
);
create unique index match_rows_once on match_rows (side, order_no, row_id) where live;
create index match_rows_of_day on match_rows (day_id) where live;

-- Plain pairs whose two rows count in different days: in transit out of one, into the other.
create table crossings (
  order_no     text not null,
  movement_id  bigint not null,
  line_id      bigint not null,
  movement_day integer not null references days,
  line_day     integer not null references days,
  amount       bigint not null,
  currency     text not null,
  primary key (order_no, movement_id)
);
create index crossings_of_movement_day on crossings (movement_day);
create index crossings_of_line_day on crossings (line_day);

-- Rows of a day that was closed when they came: they count in the day that was open then.
create table late_rows (
  side     book_side not null,
  order_no text not null,
  row_id   bigint not null,
  day_id   integer not null references days,
  primary key (side, order_no, row_id)
);
create index late_rows_of_day on late_rows (day_id, side);

-- open: somebody must act, or time must pass (in_transit). waived: counted, no action. explained: what came later matched it.
-- replaced: its rows are in another discrepancy now. resolved: a person ended it.
create type discrepancy_state as enum ('open', 'waived', 'explained', 'replaced', 'resolved');

create table discrepancies (
  id            bigint generated always as identity primary key,
  day_id        integer not null references days,
  run           integer not null,
  -- engine: looked at again by every run. Others are not the engine's to change.
  origin        text not null default 'engine' check (origin in ('engine', 'restatement', 'person')),
  kind          text not null check (kind in ('channel_only', 'platform_only', 'amount_mismatch', 'status_mismatch', 'duplicate_payment',
    'duplicate_line', 'fee_mismatch', 'currency_mismatch', 'ambiguous', 'unresolved', 'in_transit', 'waived', 'rejected_line')),
  channel       text not null,
  account       text not null,
  business_date date not null,
  -- '' when its rows are of several merchants, or name none.
  merchant      text not null default '',
  -- Lines minus payments.
  difference    bigint not null,
  currency      text not null,
  by_currency   jsonb,
  -- The largest of its rows, for lists and thresholds; never negative.
  amount        bigint not null,
  cause         text not null,
  evidence_zh   text not null,
  evidence_en   text not null,
  -- Ids of the pair that a surplus repeats.
  linked_to     text[] not null default '{}',
  state         discrepancy_state not null default 'open',
  owner         text not null default '',
  -- By when somebody must have dealt with it.
  due_at        timestamptz,
  -- A person lets it wait.
  waits_until   timestamptz,
  opened_at     timestamptz not null,
  ended_at      timestamptz,
  ended_by      text not null default '',
  -- What was done: a code of docs/days.md, the person's words, and the cause as it turned out.
  action        text not null default '',
  reason        text not null default '',
  true_cause    text not null default '',
  review_id     text not null default '',
  -- What explains or replaces it.
  match_group   bigint,
  link_order_no text not null default '',
  link_movement bigint,
  replaced_by   bigint,
  check ((state in ('open', 'waived')) = (ended_at is null))
);
create index discrepancies_of_day on discrepancies (day_id, state);
create index discrepancies_open on discrepancies (channel, account, business_date) where state = 'open';
create index discrepancies_work on discrepancies (due_at, id) where state = 'open' and kind <> 'in_transit';
create index discrepancies_recent on discrepancies (opened_at, id);
create index discrepancies_cause on discrepancies (cause, state);

create table discrepancy_rows (
  discrepancy_id bigint not null references discrepancies,
  side     book_side not null,
  order_no text not null,
  row_id   bigint not null,
  day_id   integer not null references days,
  moved    bigint not null,
  currency text not null,
  -- It is this row's one place. A fee_mismatch is a remark: its rows are matched.
  live     boolean not null default true,
  primary key (discrepancy_id, side, order_no, row_id)
);
create unique index discrepancy_rows_once on discrepancy_rows (side, order_no, row_id) where live;
create index discrepancy_rows_of_row on discrepancy_rows (order_no, row_id, side);
create index discrepancy_rows_of_day on discrepancy_rows (day_id) where live;

create table discrepancy_comments (
  id             bigint generated always as identity primary key,
  discrepancy_id bigint not null references discrepancies,
  at             timestamptz not null,
  by             text not null,
  by_name        text not null,
  text           text not null check (text <> '')
);
create index discrepancy_comments_of on discrepancy_comments (discrepancy_id, id);

create table discrepancy_vouchers (
  discrepancy_id bigint not null references discrepancies,
  voucher_id     text not null,
  at             timestamptz not null,
  by             text not null,
  primary key (discrepancy_id, voucher_id)
);

-- 快速确认: a person's word on one payment, before its day closes.
create table confirmations (
  order_no    text not null,
  movement_id bigint not null,
  -- One payment may be confirmed, taken back and confirmed again.
  no          integer not null,
  at          timestamptz not null,
  by          text not null,
  by_name     text not null,
  -- plain: nothing spoke against it. anomalous: something did, and the reason says why it is right nevertheless.
  kind        text not null check (kind in ('plain', 'anomalous')),
  reason      text not null default '',
  review_id   text not null default '',
  undone_at   timestamptz,
  undone_by   text not null default '',
  primary key (order_no, movement_id, no),
  check (kind = 'plain' or reason <> '')
);
create unique index confirmed_once on confirmations (order_no, movement_id) where undone_at is null;

-- 异常交易专项报告: one for each anomalous confirmation: what was expected, what was found, why it was confirmed.
create table anomaly_reports (
  id             bigint generated always as identity primary key,
  at             timestamptz not null,
  order_no       text not null,
  movement_id    bigint not null,
  payment_no     text not null,
  merchant       text not null,
  channel        text not null,
  business_date  date not null,
  amount         bigint not null,
  currency       text not null,
  discrepancy_id bigint references discrepancies,
  kind           text not null,
  cause          text not null,
  expected       jsonb not null,
  found          jsonb not null,
  reason         text not null,
  by             text not null,
  by_name        text not null,
  review_id      text not null default ''
);
create index anomaly_reports_at on anomaly_reports (at, id);

-- What a day holds, by merchant: for boards, totals and filters over any number of rows. Refreshed by the platform, never the source of anything.
create table day_totals (
  day_id   integer not null references days,
  merchant text not null,
  currency text not null,
  -- matched, in_transit, discrepancy, waiting (not settled yet)
  state    text not null,
  kind     movement_kind not null,
  rows     bigint not null,
  amount   bigint not null,
  fee      bigint not null default 0,
  primary key (day_id, merchant, currency, state, kind)
);

-- Lines of a statement that a newer version of it does not list any more.
create table superseded_lines (
  order_no text not null,
  line_id  bigint not null,
  by_file  integer not null references statement_files,
  at       timestamptz not null,
  -- The run that drew the consequences; null: none has yet.
  run      integer,
  primary key (order_no, line_id)
);
create index superseded_lines_line on superseded_lines (line_id);
create index superseded_lines_by on superseded_lines (by_file);
create index superseded_lines_new on superseded_lines (by_file) where run is null;

-- trade: what moved, row by row, against our own book. funds: what the channel or bank did with the money afterwards.
create type statement_kind as enum ('trade', 'funds');

alter table statement_files
  add column account text not null default '',
  add column kind statement_kind not null default 'trade',
  -- The day whose whole statement it is; null: a part, or an export over any time, which only adds.
  add column day date,
  -- By the file's own word, else when it came: the newest version of a day's statement counts, whatever the order they come in.
  add column made_at timestamptz,
  -- Lines that are not booked because a newer version of the statement stands already, and booked lines that this version took away.
  add column passed_over integer not null default 0,
  add column superseded integer not null default 0,
  drop constraint statement_files_check3;
update statement_files set made_at = received_at;
alter table statement_files
  alter column made_at set not null,
  add constraint booked_wholly check (state <> 'booked' or booked + known + passed_over = records);
create index statement_files_of_day on statement_files (channel, account, day, kind);

-- What a version of a statement changed: shown to people, and what the next run looks at.
create table statement_changes (
  file_id       integer not null references statement_files,
  -- The version it was compared with.
  against       integer not null references statement_files,
  no            integer not null,
  change        text not null check (change in ('added', 'removed', 'changed')),
  business_date date not null,
  before        jsonb,
  after         jsonb,
  primary key (file_id, no)
);

-- Lines of funds statements: the channel's own account of our money there. They meet the trade bills in sums, not our payments row by row.
create table fund_lines (like statement_lines including defaults including constraints, primary key (id, order_no));
create index fund_lines_day on fund_lines using brin (business_date, channel, account, id) with (pages_per_range = 32, autosummarize = on);

-- Days whose books changed since they were last settled: written with the lines, taken by the next run.
create table touched_days (
  channel       text not null,
  account       text not null,
  business_date date not null,
  -- Counts each touch: a run takes back only what it has seen.
  times         integer not null default 1,
  -- Lines came that are older than what a run has seen: look at all of the day.
  whole         boolean not null default false,
  primary key (channel, account, business_date)
);

-- Of what day_totals was counted.
create table day_totals_marks (
  day_id   integer primary key references days,
  run      integer not null,
  revision integer not null,
  movement bigint not null
);
