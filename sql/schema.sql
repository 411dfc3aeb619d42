-- Made by `npm run schema` from the numbered files in this folder; a test holds them together. Not to be edited or run.

create type account_kind as enum ('staff', 'payer', 'service');

create type account_state as enum ('active', 'suspended', 'closed');

create type anomaly_kind as enum ('duplicate_payment', 'overpayment', 'order_closed', 'amount_differs', 'merchant_differs', 'denied_after_success', 'success_after_reversal');

create type appeal_kind as enum ('not_reconciled', 'not_paid');

create type appeal_state as enum ('open', 'answered', 'closed_by_reconciliation', 'withdrawn');

create type arrival_source as enum ('api', 'sftp', 'folder', 'upload');

create type arrival_state as enum ('awaited', 'not_published', 'empty', 'failed', 'refused', 'awaiting_acceptance', 'arrived');

create type bill_batch_state as enum ('checked', 'refused', 'issued', 'expired');

create type book_side as enum ('ours', 'theirs');

create type day_state as enum ('waiting', 'settling', 'provisional', 'closed');

create type discrepancy_state as enum ('open', 'waived', 'explained', 'replaced', 'resolved');

create type export_state as enum ('waiting', 'running', 'ready', 'failed', 'cancelled', 'expired');

create type fee_category as enum ('water', 'power', 'gas', 'heating', 'tuition', 'property', 'social_insurance', 'non_tax', 'telecom', 'medical', 'other');

create type fee_item_state as enum ('active', 'suspended', 'retired');

create type fund_entry as enum ('payment', 'refund', 'fee', 'withdrawal', 'other');

create type merchant_state as enum ('active', 'suspended');

create type message_medium as enum ('sms', 'mail');

create type message_state as enum ('waiting', 'sending', 'sent', 'failed', 'unknown', 'withdrawn');

create type movement_kind as enum ('payment', 'refund');

create type movement_status as enum ('success', 'pending', 'failed');

create type payment_state as enum ('created', 'pending', 'success', 'failed', 'closed');

create type payout_state as enum ('none', 'unknown', 'waiting', 'received', 'differs', 'ambiguous', 'overdue');

create type refund_kind as enum ('refund', 'surplus', 'reversal');

create type refund_state as enum ('awaiting_review', 'approved', 'pending', 'success', 'failed', 'refused');

create type review_state as enum ('open', 'approved', 'refused', 'withdrawn', 'expired');

create type rule_gate_state as enum ('waiting', 'running', 'done', 'failed');

create type settle_pass as enum ('trade_no', 'refund_no', 'merchant_order_no');

create type settlement_state as enum ('expected', 'funds_agree', 'funds_differ', 'received', 'received_differs', 'overdue');

create type statement_kind as enum ('trade', 'funds');

create type statement_state as enum ('booked', 'awaiting_acceptance', 'refused');

create type vault_key_use as enum ('seal', 'blind');

create table accounts (
  id             text not null,
  kind           account_kind not null,
  login          text not null,
  name           text not null,
  state          account_state not null default 'active'::account_state,
  created_at     timestamp with time zone not null,
  created_by     text not null,
  password       text,
  password_at    timestamp with time zone,
  password_stale boolean not null default false,
  recovery_by    text not null default ''::text,
  recovery_until timestamp with time zone,
  totp_secret    bytea,
  totp_since     timestamp with time zone,
  totp_step      bigint not null default 0,
  phone          bytea,
  phone_blind    bytea,
  constraint accounts_pkey PRIMARY KEY (id),
  constraint accounts_login_key UNIQUE (login),
  constraint accounts_phone_blind_key UNIQUE (phone_blind),
  constraint accounts_check CHECK (((kind = 'payer'::account_kind) = (phone_blind IS NOT NULL))),
  constraint accounts_check1 CHECK (((kind <> 'service'::account_kind) OR (password IS NULL))),
  constraint accounts_login_check CHECK ((login ~ '^[a-z0-9][a-z0-9._:-]{1,79}$'::text)),
  constraint accounts_name_check CHECK (((name <> ''::text) AND (length(name) <= 80))),
  constraint accounts_password_check CHECK ((password ~~ '$argon2id$%'::text))
);

create table address_blocks (
  address    text not null,
  level      integer not null,
  blocked_at timestamp with time zone not null,
  until      timestamp with time zone not null,
  alert_id   text not null,
  lifted_at  timestamp with time zone,
  lifted_by  text not null default ''::text,
  lifted_why text not null default ''::text,
  constraint address_blocks_pkey PRIMARY KEY (address),
  constraint address_blocks_check CHECK ((until > blocked_at)),
  constraint address_blocks_check1 CHECK (((lifted_at IS NULL) = (lifted_by = ''::text))),
  constraint address_blocks_level_check CHECK ((level > 0))
);
CREATE INDEX address_blocks_active ON public.address_blocks USING btree (until) WHERE (lifted_at IS NULL);

create table alerts (
  id              text not null,
  kind            text not null,
  key             text not null,
  severity        text not null,
  address         text not null default ''::text,
  actor           text not null default ''::text,
  facts           jsonb not null,
  count           bigint not null default 1,
  first_at        timestamp with time zone not null,
  last_at         timestamp with time zone not null,
  acknowledged_at timestamp with time zone,
  acknowledged_by text not null default ''::text,
  note            text not null default ''::text,
  constraint alerts_pkey PRIMARY KEY (id),
  constraint alerts_check CHECK (((acknowledged_at IS NULL) = (acknowledged_by = ''::text))),
  constraint alerts_check1 CHECK ((first_at <= last_at)),
  constraint alerts_count_check CHECK ((count > 0)),
  constraint alerts_kind_check CHECK ((kind <> ''::text)),
  constraint alerts_severity_check CHECK ((severity = ANY (ARRAY['notice'::text, 'warning'::text])))
);
CREATE INDEX alerts_by_time ON public.alerts USING btree (last_at DESC, id DESC);
CREATE UNIQUE INDEX one_open_alert_per_key ON public.alerts USING btree (key) WHERE (acknowledged_at IS NULL);

create table anomaly_reports (
  id             bigint not null generated always as identity,
  at             timestamp with time zone not null,
  order_no       text not null,
  movement_id    bigint not null,
  payment_no     text not null,
  merchant       text not null,
  channel        text not null,
  business_date  date not null,
  amount         bigint not null,
  currency       text not null,
  discrepancy_id bigint,
  kind           text not null,
  cause          text not null,
  expected       jsonb not null,
  found          jsonb not null,
  reason         text not null,
  by             text not null,
  by_name        text not null,
  review_id      text not null default ''::text,
  constraint anomaly_reports_pkey PRIMARY KEY (id),
  constraint anomaly_reports_discrepancy_id_fkey FOREIGN KEY (discrepancy_id) REFERENCES discrepancies(id)
);
CREATE INDEX anomaly_reports_at ON public.anomaly_reports USING btree (at, id);

create table appeal_comments (
  id        text not null,
  appeal_id text not null,
  at        timestamp with time zone not null,
  by        text not null,
  by_name   text not null,
  text      bytea not null,
  constraint appeal_comments_pkey PRIMARY KEY (id),
  constraint appeal_comments_appeal_id_fkey FOREIGN KEY (appeal_id) REFERENCES appeals(id)
);
CREATE INDEX appeal_comments_of ON public.appeal_comments USING btree (appeal_id, at, id);

create table appeals (
  id               text not null,
  kind             appeal_kind not null,
  state            appeal_state not null default 'open'::appeal_state,
  order_no         text not null,
  payment_no       text not null,
  merchant_no      text not null,
  channel          text not null,
  title            text not null,
  amount           bigint not null,
  currency         text not null,
  channel_trade_no text not null default ''::text,
  account_id       text not null,
  filed_name       text not null,
  told             bytea not null,
  filed_at         timestamp with time zone not null,
  due_at           timestamp with time zone not null,
  reminded         integer not null default 0,
  escalated_at     timestamp with time zone,
  owner            text not null default ''::text,
  owner_name       text not null default ''::text,
  discrepancy_id   bigint,
  ended_at         timestamp with time zone,
  ended_by         text not null default ''::text,
  ended_name       text not null default ''::text,
  verdict          text not null default ''::text,
  answer           bytea,
  constraint appeals_pkey PRIMARY KEY (id),
  constraint appeals_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint appeals_discrepancy_id_fkey FOREIGN KEY (discrepancy_id) REFERENCES discrepancies(id),
  constraint appeals_check CHECK ((due_at > filed_at)),
  constraint appeals_check1 CHECK (((state = 'open'::appeal_state) = (ended_at IS NULL))),
  constraint appeals_check2 CHECK (((state = 'open'::appeal_state) = (ended_by = ''::text))),
  constraint appeals_check3 CHECK (((state = 'answered'::appeal_state) = (verdict <> ''::text))),
  constraint appeals_check4 CHECK (((state = ANY (ARRAY['answered'::appeal_state, 'closed_by_reconciliation'::appeal_state])) = (answer IS NOT NULL))),
  constraint appeals_check5 CHECK (((owner = ''::text) = (owner_name = ''::text))),
  constraint appeals_verdict_check CHECK ((verdict = ANY (ARRAY[''::text, 'accepted'::text, 'explained'::text, 'rejected'::text])))
);
CREATE INDEX appeals_by_due ON public.appeals USING btree (due_at, id);
CREATE INDEX appeals_by_time ON public.appeals USING btree (filed_at, id);
CREATE INDEX appeals_of_payer ON public.appeals USING btree (account_id, filed_at, id);
CREATE INDEX appeals_of_payment ON public.appeals USING btree (payment_no);
CREATE INDEX appeals_open ON public.appeals USING btree (due_at, id) WHERE (state = 'open'::appeal_state);
CREATE UNIQUE INDEX one_open_appeal ON public.appeals USING btree (payment_no) WHERE (state = 'open'::appeal_state);

create table arrival_files (
  account    text not null,
  name       text not null,
  bytes      bigint not null,
  changed_at timestamp with time zone not null,
  seen_at    timestamp with time zone not null,
  read_at    timestamp with time zone,
  outcome    text not null default ''::text,
  constraint arrival_files_pkey PRIMARY KEY (account, name)
);

create table arrivals (
  id            integer not null generated always as identity,
  channel       text not null,
  account       text not null,
  business_date date not null,
  kind          statement_kind not null,
  state         arrival_state not null default 'awaited'::arrival_state,
  source        arrival_source not null,
  attempts      integer not null default 0,
  last_tried_at timestamp with time zone,
  next_try_at   timestamp with time zone,
  error_code    text not null default ''::text,
  error_zh      text not null default ''::text,
  error_en      text not null default ''::text,
  file_id       integer,
  expected_at   timestamp with time zone not null,
  alert_at      timestamp with time zone not null,
  alerted_at    timestamp with time zone,
  arrived_at    timestamp with time zone,
  empty_at      timestamp with time zone,
  constraint arrivals_pkey PRIMARY KEY (id),
  constraint arrivals_account_business_date_kind_key UNIQUE (account, business_date, kind),
  constraint arrivals_file_id_fkey FOREIGN KEY (file_id) REFERENCES statement_files(id),
  constraint arrivals_check CHECK (((state = 'arrived'::arrival_state) = (arrived_at IS NOT NULL))),
  constraint arrivals_check1 CHECK (((state = 'empty'::arrival_state) = (empty_at IS NOT NULL))),
  constraint arrivals_check2 CHECK (((state <> ALL (ARRAY['arrived'::arrival_state, 'awaiting_acceptance'::arrival_state])) OR (file_id IS NOT NULL))),
  constraint arrivals_check3 CHECK (((error_code = ''::text) = (state = ANY (ARRAY['awaited'::arrival_state, 'not_published'::arrival_state, 'empty'::arrival_state, 'awaiting_acceptance'::arrival_state, 'arrived'::arrival_state]))))
);
CREATE INDEX arrivals_due ON public.arrivals USING btree (next_try_at) WHERE (next_try_at IS NOT NULL);
CREATE INDEX arrivals_missing ON public.arrivals USING btree (alert_at) WHERE ((alerted_at IS NULL) AND (state <> ALL (ARRAY['arrived'::arrival_state, 'empty'::arrival_state])));
CREATE INDEX arrivals_of_day ON public.arrivals USING btree (business_date, id);
CREATE INDEX arrivals_of_file ON public.arrivals USING btree (file_id);

create table backup_archive (
  one          boolean not null default true,
  segment      text,
  lsn          pg_lsn,
  until        timestamp with time zone,
  stored_bytes bigint not null default 0,
  gap_at       timestamp with time zone,
  constraint backup_archive_pkey PRIMARY KEY (one),
  constraint backup_archive_one_check CHECK (one),
  constraint backup_archive_stored_bytes_check CHECK ((stored_bytes >= 0))
);

create table backup_runs (
  id           text not null,
  began_at     timestamp with time zone not null,
  ended_at     timestamp with time zone not null,
  base         text,
  bytes        bigint not null,
  stored_bytes bigint not null,
  problem      jsonb not null,
  constraint backup_runs_pkey PRIMARY KEY (id),
  constraint backup_runs_bytes_check CHECK ((bytes >= 0)),
  constraint backup_runs_check CHECK ((ended_at >= began_at)),
  constraint backup_runs_check1 CHECK (((base IS NULL) = (problem <> '{}'::jsonb))),
  constraint backup_runs_stored_bytes_check CHECK ((stored_bytes >= 0))
);
CREATE INDEX backup_runs_by_time ON public.backup_runs USING btree (began_at DESC);

create table bill_batch_rows (
  batch_id      text not null,
  row_no        bigint not null,
  order_no      text not null,
  ask_sm3       text not null,
  merchant_no   text not null,
  fee_item_id   text not null,
  account_no    text,
  payer_name    text,
  phone         text,
  email         text,
  title         text not null,
  period        text not null,
  amount        bigint not null,
  due_on        date,
  person        bytea,
  account_index bytea,
  by_sms        boolean not null default false,
  by_mail       boolean not null default false,
  constraint bill_batch_rows_pkey PRIMARY KEY (batch_id, row_no),
  constraint bill_batch_rows_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES bill_batches(id)
);

create table bill_batches (
  id              text not null,
  name            text not null,
  sm3             text not null,
  bytes           bigint not null,
  merchant_no     text not null default ''::text,
  state           bill_batch_state not null,
  records         integer not null,
  totals          jsonb not null,
  errors          integer not null,
  warnings        integer not null,
  problems        jsonb,
  checked_by      text not null,
  checked_at      timestamp with time zone not null,
  issued_by       text not null default ''::text,
  issued_at       timestamp with time zone,
  problems_sealed bytea,
  merchants       text[] not null default '{}'::text[],
  constraint bill_batches_pkey PRIMARY KEY (id),
  constraint bill_batches_check CHECK (((state = 'refused'::bill_batch_state) = (errors > 0))),
  constraint bill_batches_check1 CHECK (((state = 'issued'::bill_batch_state) = (issued_at IS NOT NULL))),
  constraint bill_batches_check2 CHECK (((issued_by <> ''::text) = (issued_at IS NOT NULL))),
  constraint bill_batches_errors_check CHECK ((errors >= 0)),
  constraint bill_batches_id_check CHECK ((id ~ '^[A-Za-z0-9_.:-]{8,64}$'::text)),
  constraint bill_batches_records_check CHECK ((records >= 0)),
  constraint bill_batches_sm3_check CHECK ((sm3 ~ '^[0-9a-f]{64}$'::text)),
  constraint bill_batches_warnings_check CHECK ((warnings >= 0))
);
CREATE INDEX bill_batches_by_sm3 ON public.bill_batches USING btree (sm3);
CREATE INDEX bill_batches_waiting ON public.bill_batches USING btree (checked_at) WHERE (state = 'checked'::bill_batch_state);

create table bindings (
  id            text not null,
  account_id    text not null,
  merchant_no   text not null,
  account_no    bytea not null,
  account_index bytea not null,
  proof         text not null,
  created_at    timestamp with time zone not null,
  constraint bindings_pkey PRIMARY KEY (id),
  constraint bindings_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint bindings_merchant_no_fkey FOREIGN KEY (merchant_no) REFERENCES merchants(merchant_no),
  constraint bindings_proof_check CHECK ((proof = ANY (ARRAY['payer_name'::text, 'phone'::text])))
);
CREATE INDEX bindings_of_account ON public.bindings USING btree (account_id);

create table causes (
  code         text not null,
  version      integer not null,
  name_zh      text not null,
  name_en      text not null,
  recognised   text not null,
  what_to_do   text not null,
  whom_to_ask  text not null default ''::text,
  usual_action text not null default ''::text,
  conditions   jsonb not null,
  priority     integer not null,
  retired      boolean not null default false,
  author       text not null,
  author_name  text not null,
  reason       text not null,
  created_at   timestamp with time zone not null,
  constraint causes_pkey PRIMARY KEY (code, version),
  constraint causes_author_check CHECK ((author <> ''::text)),
  constraint causes_code_check CHECK ((code ~ '^[a-z][a-z0-9_]{2,39}$'::text)),
  constraint causes_name_en_check CHECK ((name_en <> ''::text)),
  constraint causes_name_zh_check CHECK ((name_zh <> ''::text)),
  constraint causes_priority_check CHECK (((priority >= 1) AND (priority <= 1000))),
  constraint causes_reason_check CHECK ((reason <> ''::text)),
  constraint causes_recognised_check CHECK ((recognised <> ''::text)),
  constraint causes_version_check CHECK ((version > 0)),
  constraint causes_what_to_do_check CHECK ((what_to_do <> ''::text))
);

create table challenges (
  id         text not null,
  purpose    text not null,
  account_id text,
  challenge  text not null,
  expires_at timestamp with time zone not null,
  tries      integer not null default 0,
  constraint challenges_pkey PRIMARY KEY (id),
  constraint challenges_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id)
);
CREATE INDEX challenges_expired ON public.challenges USING btree (expires_at);

create table confirmations (
  order_no    text not null,
  movement_id bigint not null,
  no          integer not null,
  at          timestamp with time zone not null,
  by          text not null,
  by_name     text not null,
  kind        text not null,
  reason      text not null default ''::text,
  review_id   text not null default ''::text,
  undone_at   timestamp with time zone,
  undone_by   text not null default ''::text,
  constraint confirmations_pkey PRIMARY KEY (order_no, movement_id, no),
  constraint confirmations_check CHECK (((kind = 'plain'::text) OR (reason <> ''::text))),
  constraint confirmations_kind_check CHECK ((kind = ANY (ARRAY['plain'::text, 'anomalous'::text])))
);
CREATE UNIQUE INDEX confirmed_once ON public.confirmations USING btree (order_no, movement_id) WHERE (undone_at IS NULL);

create table crossings (
  order_no     text not null,
  movement_id  bigint not null,
  line_id      bigint not null,
  movement_day integer not null,
  line_day     integer not null,
  amount       bigint not null,
  currency     text not null,
  constraint crossings_pkey PRIMARY KEY (order_no, movement_id),
  constraint crossings_line_day_fkey FOREIGN KEY (line_day) REFERENCES days(id),
  constraint crossings_movement_day_fkey FOREIGN KEY (movement_day) REFERENCES days(id)
);
CREATE INDEX crossings_of_line_day ON public.crossings USING btree (line_day);
CREATE INDEX crossings_of_movement_day ON public.crossings USING btree (movement_day);

create table day_totals (
  day_id   integer not null,
  merchant text not null,
  currency text not null,
  state    text not null,
  kind     movement_kind not null,
  rows     bigint not null,
  amount   bigint not null,
  fee      bigint not null default 0,
  constraint day_totals_pkey PRIMARY KEY (day_id, merchant, currency, state, kind),
  constraint day_totals_day_id_fkey FOREIGN KEY (day_id) REFERENCES days(id)
);

create table day_totals_marks (
  day_id   integer not null,
  run      integer not null,
  revision integer not null,
  movement bigint not null,
  constraint day_totals_marks_pkey PRIMARY KEY (day_id),
  constraint day_totals_marks_day_id_fkey FOREIGN KEY (day_id) REFERENCES days(id)
);

create table days (
  id             integer not null generated always as identity,
  channel        text not null,
  account        text not null,
  business_date  date not null,
  state          day_state not null default 'waiting'::day_state,
  closes_at      timestamp with time zone not null,
  opened_at      timestamp with time zone not null,
  provisional_at timestamp with time zone,
  closed_at      timestamp with time zone,
  closed_by      text not null default ''::text,
  run            integer not null default 0,
  revision       integer not null default 0,
  proof          jsonb,
  self_check     jsonb,
  forced_by      text not null default ''::text,
  blocked        text not null default ''::text,
  blocked_why    jsonb,
  movement_mark  bigint,
  line_mark      bigint,
  constraint days_pkey PRIMARY KEY (id),
  constraint days_channel_account_business_date_key UNIQUE (channel, account, business_date),
  constraint days_check CHECK (((state = 'closed'::day_state) = (closed_at IS NOT NULL))),
  constraint days_check1 CHECK (((state <> 'closed'::day_state) OR ((proof IS NOT NULL) AND (movement_mark IS NOT NULL) AND (line_mark IS NOT NULL))))
);
CREATE INDEX days_open ON public.days USING btree (closes_at) WHERE (state <> 'closed'::day_state);

create table departments (
  id         text not null,
  name       text not null,
  parent_id  text,
  created_at timestamp with time zone not null,
  constraint departments_pkey PRIMARY KEY (id),
  constraint departments_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES departments(id),
  constraint departments_check CHECK ((parent_id <> id)),
  constraint departments_id_check CHECK ((id ~ '^[A-Za-z0-9_-]{1,40}$'::text)),
  constraint departments_name_check CHECK (((name <> ''::text) AND (name = btrim(name))))
);
CREATE INDEX departments_children ON public.departments USING btree (parent_id);

create table discrepancies (
  id             bigint not null generated always as identity,
  day_id         integer not null,
  run            integer not null,
  origin         text not null default 'engine'::text,
  kind           text not null,
  channel        text not null,
  account        text not null,
  business_date  date not null,
  merchant       text not null default ''::text,
  difference     bigint not null,
  currency       text not null,
  by_currency    jsonb,
  amount         bigint not null,
  cause          text not null,
  evidence_zh    text not null,
  evidence_en    text not null,
  linked_to      text[] not null default '{}'::text[],
  state          discrepancy_state not null default 'open'::discrepancy_state,
  owner          text not null default ''::text,
  due_at         timestamp with time zone,
  waits_until    timestamp with time zone,
  opened_at      timestamp with time zone not null,
  ended_at       timestamp with time zone,
  ended_by       text not null default ''::text,
  action         text not null default ''::text,
  reason         text not null default ''::text,
  true_cause     text not null default ''::text,
  review_id      text not null default ''::text,
  match_group    bigint,
  link_order_no  text not null default ''::text,
  link_movement  bigint,
  replaced_by    bigint,
  likely_cause   text not null default ''::text,
  likely_version integer,
  waits_why      text not null default ''::text,
  asked_action   text not null default ''::text,
  refund_no      text not null default ''::text,
  numbers        text[] not null default '{}'::text[],
  overdue_at     timestamp with time zone,
  constraint discrepancies_pkey PRIMARY KEY (id),
  constraint discrepancies_day_id_fkey FOREIGN KEY (day_id) REFERENCES days(id),
  constraint discrepancies_check CHECK (((state = ANY (ARRAY['open'::discrepancy_state, 'waived'::discrepancy_state])) = (ended_at IS NULL))),
  constraint discrepancies_check1 CHECK (((likely_cause = ''::text) = (likely_version IS NULL))),
  constraint discrepancies_check2 CHECK (((state <> 'resolved'::discrepancy_state) OR ((action <> ''::text) AND (ended_by <> ''::text)))),
  constraint discrepancies_kind_check CHECK ((kind = ANY (ARRAY['channel_only'::text, 'platform_only'::text, 'amount_mismatch'::text, 'status_mismatch'::text, 'duplicate_payment'::text, 'duplicate_line'::text, 'fee_mismatch'::text, 'currency_mismatch'::text, 'ambiguous'::text, 'unresolved'::text, 'in_transit'::text, 'waived'::text, 'rejected_line'::text]))),
  constraint discrepancies_origin_check CHECK ((origin = ANY (ARRAY['engine'::text, 'restatement'::text, 'person'::text])))
);
CREATE INDEX discrepancies_by_day ON public.discrepancies USING btree (business_date, id);
CREATE INDEX discrepancies_cause ON public.discrepancies USING btree (cause, state);
CREATE INDEX discrepancies_ended ON public.discrepancies USING btree (ended_at) WHERE (state = 'resolved'::discrepancy_state);
CREATE INDEX discrepancies_numbers ON public.discrepancies USING gin (numbers);
CREATE INDEX discrepancies_of_day ON public.discrepancies USING btree (day_id, state);
CREATE INDEX discrepancies_of_merchant ON public.discrepancies USING btree (merchant, id);
CREATE INDEX discrepancies_of_owner ON public.discrepancies USING btree (owner, id) WHERE ((state = 'open'::discrepancy_state) AND (owner <> ''::text));
CREATE INDEX discrepancies_open ON public.discrepancies USING btree (channel, account, business_date) WHERE (state = 'open'::discrepancy_state);
CREATE INDEX discrepancies_recent ON public.discrepancies USING btree (opened_at, id);
CREATE INDEX discrepancies_refunded ON public.discrepancies USING btree (id) WHERE ((refund_no <> ''::text) AND (state = 'open'::discrepancy_state));
CREATE INDEX discrepancies_work ON public.discrepancies USING btree (due_at, id) WHERE ((state = 'open'::discrepancy_state) AND (kind <> 'in_transit'::text));

create table discrepancy_comments (
  id             text not null,
  discrepancy_id bigint not null,
  at             timestamp with time zone not null,
  by             text not null,
  by_name        text not null,
  text           bytea not null,
  constraint discrepancy_comments_pkey PRIMARY KEY (id),
  constraint discrepancy_comments_discrepancy_id_fkey FOREIGN KEY (discrepancy_id) REFERENCES discrepancies(id)
);
CREATE INDEX discrepancy_comments_of ON public.discrepancy_comments USING btree (discrepancy_id, at, id);

create table discrepancy_rows (
  discrepancy_id bigint not null,
  side           book_side not null,
  order_no       text not null,
  row_id         bigint not null,
  day_id         integer not null,
  moved          bigint not null,
  currency       text not null,
  live           boolean not null default true,
  constraint discrepancy_rows_pkey PRIMARY KEY (discrepancy_id, side, order_no, row_id),
  constraint discrepancy_rows_day_id_fkey FOREIGN KEY (day_id) REFERENCES days(id),
  constraint discrepancy_rows_discrepancy_id_fkey FOREIGN KEY (discrepancy_id) REFERENCES discrepancies(id)
);
CREATE INDEX discrepancy_rows_of_day ON public.discrepancy_rows USING btree (day_id) WHERE live;
CREATE INDEX discrepancy_rows_of_row ON public.discrepancy_rows USING btree (order_no, row_id, side);
CREATE UNIQUE INDEX discrepancy_rows_once ON public.discrepancy_rows USING btree (side, order_no, row_id) WHERE live;

create table drills (
  id       text not null,
  name     text not null,
  damage   text not null,
  outcome  text not null,
  began_at timestamp with time zone not null,
  ended_at timestamp with time zone not null,
  rto_ms   integer,
  rpo_ms   integer,
  lost     integer not null,
  report   jsonb not null,
  ran_by   text not null,
  constraint drills_pkey PRIMARY KEY (id),
  constraint drills_check CHECK ((ended_at >= began_at)),
  constraint drills_lost_check CHECK ((lost >= 0)),
  constraint drills_outcome_check CHECK ((outcome = ANY (ARRAY['passed'::text, 'failed'::text]))),
  constraint drills_rpo_ms_check CHECK ((rpo_ms >= 0)),
  constraint drills_rto_ms_check CHECK ((rto_ms >= 0))
);
CREATE INDEX drills_by_time ON public.drills USING btree (began_at DESC, id DESC);
CREATE INDEX drills_of_name ON public.drills USING btree (name, ended_at DESC);

create table fee_items (
  id            text not null,
  merchant_no   text not null,
  name          text not null,
  category      fee_category not null,
  account_label text not null default '户号'::text,
  currency      text not null default 'CNY'::text,
  part_payment  boolean not null default false,
  part_min      bigint not null default 1,
  state         fee_item_state not null default 'active'::fee_item_state,
  created_at    timestamp with time zone not null,
  constraint fee_items_pkey PRIMARY KEY (id),
  constraint fee_items_merchant_no_fkey FOREIGN KEY (merchant_no) REFERENCES merchants(merchant_no),
  constraint fee_items_account_label_check CHECK ((account_label <> ''::text)),
  constraint fee_items_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint fee_items_id_check CHECK ((id ~ '^[A-Za-z0-9_-]{1,40}$'::text)),
  constraint fee_items_name_check CHECK (((name <> ''::text) AND (name = btrim(name)))),
  constraint fee_items_part_min_check CHECK ((part_min > 0))
);
CREATE INDEX fee_items_of_merchant ON public.fee_items USING btree (merchant_no);

create table fund_lines (
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
  account           text not null default ''::text,
  entry             fund_entry not null default 'other'::fund_entry,
  balance           bigint,
  constraint fund_lines_pkey PRIMARY KEY (id, order_no)
);
CREATE INDEX fund_lines_day ON public.fund_lines USING brin (business_date, channel, account, id) WITH (pages_per_range='32', autosummarize='on');

create table grants (
  id          text not null,
  account_id  text not null,
  role        text not null,
  departments text[],
  merchants   text[],
  channels    text[],
  granted_at  timestamp with time zone not null,
  granted_by  text not null,
  revoked_at  timestamp with time zone,
  revoked_by  text not null default ''::text,
  constraint grants_pkey PRIMARY KEY (id),
  constraint grants_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint grants_check CHECK ((granted_by <> account_id)),
  constraint grants_check1 CHECK (((revoked_at IS NULL) = (revoked_by = ''::text)))
);
CREATE INDEX grants_of_account ON public.grants USING btree (account_id) WHERE (revoked_at IS NULL);

create table late_rows (
  side     book_side not null,
  order_no text not null,
  row_id   bigint not null,
  day_id   integer not null,
  constraint late_rows_pkey PRIMARY KEY (side, order_no, row_id),
  constraint late_rows_day_id_fkey FOREIGN KEY (day_id) REFERENCES days(id)
);
CREATE INDEX late_rows_of_day ON public.late_rows USING btree (day_id, side);

create table log_in_tries (
  key_sm3      bytea not null,
  failures     integer not null,
  last_at      timestamp with time zone not null,
  locked_until timestamp with time zone,
  constraint log_in_tries_pkey PRIMARY KEY (key_sm3),
  constraint log_in_tries_failures_check CHECK ((failures >= 0)),
  constraint log_in_tries_key_sm3_check CHECK ((length(key_sm3) = 32))
);
CREATE INDEX log_in_tries_old ON public.log_in_tries USING btree (last_at);

create table match_groups (
  id         bigint not null generated always as identity,
  run        integer not null,
  pass       text not null,
  difference bigint not null,
  currency   text not null,
  flags      text[] not null default '{}'::text[],
  made_by    text not null default ''::text,
  reason     text not null default ''::text,
  made_at    timestamp with time zone not null,
  undone_at  timestamp with time zone,
  undone_by  text not null default ''::text,
  undone_why text not null default ''::text,
  constraint match_groups_pkey PRIMARY KEY (id),
  constraint match_groups_check CHECK (((undone_at IS NULL) = (undone_by = ''::text)))
);

create table match_links (
  order_no           text not null,
  movement_id        bigint not null,
  line_id            bigint not null,
  pass               settle_pass not null,
  cross_day          boolean not null,
  needs_confirmation boolean not null,
  run                integer not null default 0,
  constraint match_links_pkey PRIMARY KEY (order_no, movement_id)
);
CREATE INDEX match_links_run ON public.match_links USING brin (run) WITH (pages_per_range='32', autosummarize='on');

create table match_rows (
  group_id bigint not null,
  side     book_side not null,
  order_no text not null,
  row_id   bigint not null,
  day_id   integer not null,
  moved    bigint not null,
  currency text not null,
  live     boolean not null default true,
  constraint match_rows_pkey PRIMARY KEY (group_id, side, order_no, row_id),
  constraint match_rows_day_id_fkey FOREIGN KEY (day_id) REFERENCES days(id),
  constraint match_rows_group_id_fkey FOREIGN KEY (group_id) REFERENCES match_groups(id)
);
CREATE INDEX match_rows_of_day ON public.match_rows USING btree (day_id) WHERE live;
CREATE UNIQUE INDEX match_rows_once ON public.match_rows USING btree (side, order_no, row_id) WHERE live;

create table merchants (
  merchant_no   text not null,
  name          text not null,
  department_id text not null,
  state         merchant_state not null default 'active'::merchant_state,
  created_at    timestamp with time zone not null,
  constraint merchants_pkey PRIMARY KEY (merchant_no),
  constraint merchants_department_id_fkey FOREIGN KEY (department_id) REFERENCES departments(id),
  constraint merchants_merchant_no_check CHECK ((merchant_no ~ '^[A-Za-z0-9_-]{1,40}$'::text)),
  constraint merchants_name_check CHECK (((name <> ''::text) AND (name = btrim(name))))
);
CREATE INDEX merchants_of_department ON public.merchants USING btree (department_id);

create table movements (
  id                bigint not null default nextval('movement_ids'::regclass),
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
  account           text not null default ''::text,
  fee_item          text not null default ''::text,
  constraint movements_pkey PRIMARY KEY (order_no, id),
  constraint movements_once UNIQUE (order_no, payment_no)
);
CREATE INDEX movements_day ON public.movements USING btree (channel, account, business_date, id);
CREATE INDEX movements_trade ON public.movements USING btree (channel_trade_no) WHERE (channel_trade_no <> ''::text);

create table notice_mutes (
  account_id text not null,
  template   text not null,
  muted_at   timestamp with time zone not null,
  constraint notice_mutes_pkey PRIMARY KEY (account_id, template),
  constraint notice_mutes_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint notice_mutes_template_check CHECK ((template = ANY (ARRAY['bill_issued'::text, 'payment_succeeded'::text, 'appeal_received'::text])))
);

create table operation_blocks (
  no        bigint not null,
  last_xact xid8 not null,
  last_id   bigint not null,
  entries   integer not null,
  leaves    bytea not null,
  root      bytea not null,
  previous  bytea not null,
  digest    bytea not null,
  sealed_at timestamp with time zone not null,
  constraint operation_blocks_pkey PRIMARY KEY (no),
  constraint operation_blocks_check CHECK ((length(leaves) = (entries * 32))),
  constraint operation_blocks_digest_check CHECK ((length(digest) = 32)),
  constraint operation_blocks_entries_check CHECK ((entries > 0)),
  constraint operation_blocks_no_check CHECK ((no > 0)),
  constraint operation_blocks_previous_check CHECK ((length(previous) = 32)),
  constraint operation_blocks_root_check CHECK ((length(root) = 32))
);

create table operation_log (
  id          bigint not null generated always as identity,
  xact        xid8 not null default pg_current_xact_id(),
  at          timestamp with time zone not null,
  request_id  text not null,
  who_id      text not null,
  who_name    text not null,
  address     text not null,
  device      text not null,
  what        text not null,
  object_kind text not null,
  object_id   text not null,
  detail      text not null,
  constraint operation_log_pkey PRIMARY KEY (id),
  constraint operation_log_object_kind_check CHECK ((object_kind <> ''::text)),
  constraint operation_log_what_check CHECK ((what <> ''::text)),
  constraint operation_log_who_id_check CHECK ((who_id <> ''::text))
);
CREATE INDEX operation_log_acts ON public.operation_log USING brin (what text_bloom_ops (n_distinct_per_range='64'), object_kind text_bloom_ops (n_distinct_per_range='32')) WITH (pages_per_range='64', autosummarize='on');
CREATE INDEX operation_log_at ON public.operation_log USING brin (at);
CREATE INDEX operation_log_of_address ON public.operation_log USING btree (address, id) WHERE (address <> ''::text);
CREATE INDEX operation_log_of_object ON public.operation_log USING btree (object_id, id);
CREATE INDEX operation_log_of_person ON public.operation_log USING btree (who_id, id);
CREATE UNIQUE INDEX operation_log_order ON public.operation_log USING btree (xact, id);
CREATE INDEX operation_log_requests ON public.operation_log USING brin (request_id text_bloom_ops (n_distinct_per_range='3700', false_positive_rate='0.0003')) WITH (pages_per_range='96', autosummarize='on');

create table operation_roots (
  block_no    bigint not null,
  exported_at timestamp with time zone not null,
  exported_by text not null,
  constraint operation_roots_pkey PRIMARY KEY (block_no),
  constraint operation_roots_block_no_fkey FOREIGN KEY (block_no) REFERENCES operation_blocks(no)
);

create table orders (
  order_no      text not null,
  ask_sm3       text not null,
  merchant_no   text not null,
  fee_item_id   text not null,
  account_no    text,
  payer_name    text,
  phone         text,
  email         text,
  title         text not null,
  period        text not null default ''::text,
  amount        bigint not null,
  currency      text not null,
  part_payment  boolean not null,
  part_min      bigint not null,
  paid          bigint not null default 0,
  refunded      bigint not null default 0,
  due           bigint not null generated always as ((amount - paid)) stored,
  remaining     bigint not null generated always as ((paid - refunded)) stored,
  refund_flag   text not null generated always as (
CASE
    WHEN (refunded = 0) THEN 'none'::text
    WHEN (refunded < paid) THEN 'partial'::text
    ELSE 'full'::text
END) stored,
  due_on        date,
  created_at    timestamp with time zone not null,
  paid_at       timestamp with time zone,
  closed_at     timestamp with time zone,
  closed_why    text not null default ''::text,
  batch_id      text not null default ''::text,
  state         text not null generated always as (
CASE
    WHEN (closed_at IS NOT NULL) THEN 'closed'::text
    WHEN (paid = amount) THEN 'paid'::text
    WHEN (paid > 0) THEN 'part_paid'::text
    ELSE 'unpaid'::text
END) stored,
  person        bytea,
  account_index bytea,
  by_sms        boolean not null default false,
  by_mail       boolean not null default false,
  constraint orders_pkey PRIMARY KEY (order_no),
  constraint orders_fee_item_id_fkey FOREIGN KEY (fee_item_id) REFERENCES fee_items(id),
  constraint orders_merchant_no_fkey FOREIGN KEY (merchant_no) REFERENCES merchants(merchant_no),
  constraint orders_account_no_check CHECK ((account_no <> ''::text)),
  constraint orders_amount_check CHECK ((amount > 0)),
  constraint orders_ask_sm3_check CHECK ((length(ask_sm3) = 64)),
  constraint orders_check CHECK (((paid >= 0) AND (paid <= amount))),
  constraint orders_check1 CHECK (((refunded >= 0) AND (refunded <= paid))),
  constraint orders_check2 CHECK (((paid = amount) = (paid_at IS NOT NULL))),
  constraint orders_currency_check CHECK ((length(currency) = 3)),
  constraint orders_order_no_check CHECK (((length(order_no) >= 1) AND (length(order_no) <= 40))),
  constraint orders_part_min_check CHECK ((part_min > 0)),
  constraint orders_title_check CHECK ((title <> ''::text))
);
CREATE INDEX orders_of_account ON public.orders USING btree (account_index, merchant_no);
CREATE INDEX orders_of_batch ON public.orders USING btree (batch_id) WHERE (batch_id <> ''::text);

create table outbox (
  id           bigint not null generated always as identity,
  key          text not null,
  medium       message_medium not null,
  recipient    text,
  template     text not null,
  data         jsonb,
  state        message_state not null default 'waiting'::message_state,
  created_at   timestamp with time zone not null,
  attempts     integer not null default 0,
  handed_at    timestamp with time zone,
  next_at      timestamp with time zone,
  sent_at      timestamp with time zone,
  provider_ref text not null default ''::text,
  last_error   text not null default ''::text,
  letter       bytea,
  facts        jsonb,
  person       bytea,
  order_no     text,
  constraint outbox_pkey PRIMARY KEY (id),
  constraint outbox_key_key UNIQUE (key),
  constraint outbox_check CHECK (((state = ANY (ARRAY['waiting'::message_state, 'sending'::message_state])) = (next_at IS NOT NULL))),
  constraint outbox_check1 CHECK (((state = 'sent'::message_state) = (sent_at IS NOT NULL))),
  constraint outbox_check2 CHECK (((letter IS NOT NULL) OR (recipient IS NOT NULL) OR ((person IS NOT NULL) AND (order_no IS NOT NULL) AND (facts IS NOT NULL)))),
  constraint outbox_recipient_check CHECK ((recipient <> ''::text))
);
CREATE INDEX outbox_open ON public.outbox USING btree (created_at) WHERE (state = ANY (ARRAY['failed'::message_state, 'unknown'::message_state]));
CREATE INDEX outbox_to_send ON public.outbox USING btree (next_at) WHERE (next_at IS NOT NULL);

create table passkeys (
  id         text not null,
  account_id text not null,
  public_key bytea not null,
  counter    bigint not null default 0,
  transports text[] not null default '{}'::text[],
  name       text not null,
  created_at timestamp with time zone not null,
  used_at    timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint passkeys_pkey PRIMARY KEY (id),
  constraint passkeys_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint passkeys_name_check CHECK ((name <> ''::text))
);
CREATE INDEX passkeys_of_account ON public.passkeys USING btree (account_id);

create table payment_anomalies (
  order_no   text not null,
  payment_no text not null,
  kind       anomaly_kind not null,
  evidence   jsonb not null,
  found_at   timestamp with time zone not null,
  settled_at timestamp with time zone,
  settled_by text not null default ''::text,
  note       text not null default ''::text,
  constraint payment_anomalies_pkey PRIMARY KEY (order_no, payment_no, kind),
  constraint payment_anomalies_order_no_payment_no_fkey FOREIGN KEY (order_no, payment_no) REFERENCES payments(order_no, payment_no)
);
CREATE INDEX anomalies_open ON public.payment_anomalies USING btree (found_at) WHERE (settled_at IS NULL);

create table payment_latency (
  day         date not null,
  merchant_no text not null,
  channel     text not null,
  bucket      integer not null,
  payments    bigint not null,
  constraint payment_latency_pkey PRIMARY KEY (day, merchant_no, channel, bucket),
  constraint payment_latency_bucket_check CHECK ((bucket >= 0)),
  constraint payment_latency_payments_check CHECK ((payments > 0))
);

create table payment_latency_mark (
  one      boolean not null default true,
  movement bigint not null,
  constraint payment_latency_mark_pkey PRIMARY KEY (one),
  constraint payment_latency_mark_one_check CHECK (one)
);

create table payments (
  order_no         text not null,
  payment_no       text not null,
  request_id       text not null,
  ask_sm3          text not null,
  channel          text not null,
  account          text not null,
  method           text not null,
  amount           bigint not null,
  currency         text not null,
  state            payment_state not null default 'created'::payment_state,
  created_at       timestamp with time zone not null,
  expires_at       timestamp with time zone not null,
  submitted_at     timestamp with time zone,
  checkout         jsonb,
  channel_trade_no text not null default ''::text,
  received         bigint,
  paid_at          timestamp with time zone,
  payer            text,
  fee              bigint,
  booked_at        timestamp with time zone,
  credited         boolean not null default false,
  reason           text not null default ''::text,
  reversed_at      timestamp with time zone,
  refunded         bigint not null default 0,
  refunding        bigint not null default 0,
  remaining        bigint not null generated always as (((COALESCE(received, (0)::bigint) - refunded) - refunding)) stored,
  refund_flag      text not null generated always as (
CASE
    WHEN (refunded = 0) THEN 'none'::text
    WHEN (refunded < COALESCE(received, (0)::bigint)) THEN 'partial'::text
    ELSE 'full'::text
END) stored,
  payer_sealed     bytea,
  merchant_no      text not null,
  constraint payments_pkey PRIMARY KEY (order_no, payment_no),
  constraint payments_order_no_request_id_key UNIQUE (order_no, request_id),
  constraint payments_order_no_fkey FOREIGN KEY (order_no) REFERENCES orders(order_no),
  constraint payments_amount_check CHECK ((amount > 0)),
  constraint payments_ask_sm3_check CHECK ((length(ask_sm3) = 64)),
  constraint payments_check CHECK (((state = 'success'::payment_state) = (booked_at IS NOT NULL))),
  constraint payments_check1 CHECK (((state = 'success'::payment_state) = (received IS NOT NULL))),
  constraint payments_check2 CHECK (((state = 'success'::payment_state) = (paid_at IS NOT NULL))),
  constraint payments_check3 CHECK (((state = 'success'::payment_state) OR (NOT credited))),
  constraint payments_received_check CHECK ((received > 0)),
  constraint payments_refunded_check CHECK ((refunded >= 0)),
  constraint payments_refunding_check CHECK ((refunding >= 0)),
  constraint payments_remaining_check CHECK ((remaining >= 0))
);
CREATE INDEX payments_by_no ON public.payments USING btree (payment_no);
CREATE INDEX payments_by_time ON public.payments USING btree (created_at, payment_no);
CREATE INDEX payments_of_merchant ON public.payments USING btree (merchant_no, created_at, payment_no);

create table payments_waiting (
  order_no      text not null,
  payment_no    text not null,
  next_query_at timestamp with time zone not null,
  queries       integer not null default 0,
  last_answer   text not null default ''::text,
  constraint payments_waiting_pkey PRIMARY KEY (order_no, payment_no)
);
CREATE INDEX payments_to_ask ON public.payments_waiting USING btree (next_query_at);

create table payout_lines (
  order_no      text not null,
  line_id       bigint not null,
  bank          text not null,
  day_id        integer not null,
  paid_on       date not null,
  moved         bigint not null,
  currency      text not null,
  accounts      text[] not null,
  payout_id     integer,
  recognised_at timestamp with time zone not null,
  constraint payout_lines_pkey PRIMARY KEY (order_no, line_id),
  constraint payout_lines_day_id_fkey FOREIGN KEY (day_id) REFERENCES days(id),
  constraint payout_lines_payout_id_fkey FOREIGN KEY (payout_id) REFERENCES payouts(id) ON DELETE SET NULL,
  constraint payout_lines_accounts_check CHECK ((accounts <> '{}'::text[]))
);
CREATE INDEX payout_lines_of_bank ON public.payout_lines USING btree (bank, paid_on);
CREATE INDEX payout_lines_of_day ON public.payout_lines USING btree (day_id);
CREATE INDEX payout_lines_of_line ON public.payout_lines USING btree (line_id);
CREATE INDEX payout_lines_of_payout ON public.payout_lines USING btree (payout_id);

create table payouts (
  id         integer not null generated always as identity,
  channel    text not null,
  account    text not null,
  bank       text not null,
  currency   text not null,
  how        text not null,
  difference bigint not null,
  made_at    timestamp with time zone not null,
  constraint payouts_pkey PRIMARY KEY (id),
  constraint payouts_check CHECK (((how = 'differs'::text) = (difference <> 0))),
  constraint payouts_how_check CHECK ((how = ANY (ARRAY['exact'::text, 'batch'::text, 'parts'::text, 'differs'::text])))
);

create table primary_terms (
  term     integer not null,
  node     text not null,
  began_at timestamp with time zone not null,
  constraint primary_terms_pkey PRIMARY KEY (term),
  constraint primary_terms_term_check CHECK ((term > 0))
);

create unlogged table rate_limits (
  key    character varying(255) not null,
  points integer not null default 0,
  expire bigint,
  constraint rate_limits_pkey PRIMARY KEY (key)
);

create table receipts (
  code       text not null,
  receipt_no text not null,
  order_no   text not null,
  payment_no text not null,
  facts      jsonb not null,
  facts_sm3  text not null,
  issued_at  timestamp with time zone not null,
  constraint receipts_pkey PRIMARY KEY (code),
  constraint receipts_payment_no_facts_sm3_key UNIQUE (payment_no, facts_sm3),
  constraint receipts_receipt_no_key UNIQUE (receipt_no),
  constraint receipts_code_check CHECK ((code ~ '^[0-9A-HJKMNP-TV-Z]{16}$'::text)),
  constraint receipts_facts_sm3_check CHECK ((facts_sm3 ~ '^[0-9a-f]{64}$'::text))
);

create table refunds (
  order_no          text not null,
  refund_no         text not null,
  request_id        text not null,
  ask_sm3           text not null,
  payment_no        text not null,
  kind              refund_kind not null,
  amount            bigint not null,
  currency          text not null,
  reason            text not null,
  state             refund_state not null,
  asked_by          text not null,
  asked_at          timestamp with time zone not null,
  decided_by        text not null default ''::text,
  decided_at        timestamp with time zone,
  submitted_at      timestamp with time zone,
  channel_refund_no text not null default ''::text,
  refunded_at       timestamp with time zone,
  booked_at         timestamp with time zone,
  failure           text not null default ''::text,
  next_query_at     timestamp with time zone,
  queries           integer not null default 0,
  last_answer       text not null default ''::text,
  review_id         text not null default ''::text,
  constraint refunds_pkey PRIMARY KEY (order_no, refund_no),
  constraint refunds_order_no_request_id_key UNIQUE (order_no, request_id),
  constraint refunds_order_no_payment_no_fkey FOREIGN KEY (order_no, payment_no) REFERENCES payments(order_no, payment_no),
  constraint awaiting_has_review CHECK (((state <> 'awaiting_review'::refund_state) OR (review_id <> ''::text))),
  constraint refunds_amount_check CHECK ((amount > 0)),
  constraint refunds_ask_sm3_check CHECK ((length(ask_sm3) = 64)),
  constraint refunds_check CHECK (((decided_by = ''::text) OR (decided_by <> asked_by))),
  constraint refunds_check1 CHECK (((state = 'success'::refund_state) = (booked_at IS NOT NULL))),
  constraint refunds_check2 CHECK (((state <> ALL (ARRAY['approved'::refund_state, 'pending'::refund_state])) OR (next_query_at IS NOT NULL))),
  constraint refunds_reason_check CHECK ((reason <> ''::text))
);
CREATE INDEX refunds_by_no ON public.refunds USING btree (refund_no);
CREATE INDEX refunds_of_payment ON public.refunds USING btree (order_no, payment_no);
CREATE INDEX refunds_to_ask ON public.refunds USING btree (next_query_at) WHERE (next_query_at IS NOT NULL);

create table refused_notices (
  id      bigint not null generated always as identity,
  at      timestamp with time zone not null,
  channel text not null,
  account text not null,
  address text not null,
  code    text not null,
  excerpt text not null,
  constraint refused_notices_pkey PRIMARY KEY (id)
);
CREATE INDEX refused_notices_at ON public.refused_notices USING btree (at);

create table report_exports (
  id          text not null,
  what        jsonb not null,
  format      text not null,
  lang        text not null,
  name        text not null,
  account_id  text not null,
  asked_by    text not null,
  asked_name  text not null,
  scope       jsonb not null,
  sees        text[] not null,
  asked_at    timestamp with time zone not null,
  schedule_id text,
  due_at      timestamp with time zone,
  state       export_state not null default 'waiting'::export_state,
  attempt     integer not null default 0,
  rows_total  bigint,
  rows_done   bigint not null default 0,
  bytes       bigint,
  sm3         text,
  ended_at    timestamp with time zone,
  expires_at  timestamp with time zone,
  failure     jsonb,
  constraint report_exports_pkey PRIMARY KEY (id),
  constraint report_exports_schedule_id_due_at_key UNIQUE (schedule_id, due_at),
  constraint report_exports_schedule_id_fkey FOREIGN KEY (schedule_id) REFERENCES report_schedules(id),
  constraint report_exports_check CHECK (((state <> 'ready'::export_state) OR ((bytes IS NOT NULL) AND (sm3 IS NOT NULL) AND (expires_at IS NOT NULL)))),
  constraint report_exports_check1 CHECK (((state = ANY (ARRAY['waiting'::export_state, 'running'::export_state])) = (ended_at IS NULL))),
  constraint report_exports_format_check CHECK ((format = ANY (ARRAY['csv'::text, 'xlsx'::text, 'pdf'::text]))),
  constraint report_exports_lang_check CHECK ((lang = ANY (ARRAY['zh'::text, 'en'::text])))
);
CREATE INDEX report_exports_of ON public.report_exports USING btree (account_id, id);
CREATE INDEX report_exports_to_forget ON public.report_exports USING btree (expires_at) WHERE (state = 'ready'::export_state);

create table report_pieces (
  export_id text not null,
  attempt   integer not null,
  no        integer not null,
  bytes     bytea not null,
  constraint report_pieces_pkey PRIMARY KEY (export_id, attempt, no),
  constraint report_pieces_export_id_fkey FOREIGN KEY (export_id) REFERENCES report_exports(id)
);

create table report_schedules (
  id          text not null,
  template_id text not null,
  version     integer,
  format      text not null,
  lang        text not null,
  every       text not null,
  day_no      integer,
  local_time  time without time zone not null,
  zone        text not null,
  notify      bytea,
  account_id  text not null,
  made_by     text not null,
  made_at     timestamp with time zone not null,
  next_at     timestamp with time zone,
  last_at     timestamp with time zone,
  ended_at    timestamp with time zone,
  ended_why   text not null default ''::text,
  constraint report_schedules_pkey PRIMARY KEY (id),
  constraint report_schedules_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint report_schedules_check CHECK (((every = 'day'::text) = (day_no IS NULL))),
  constraint report_schedules_check1 CHECK (((every <> 'week'::text) OR (day_no <= 7))),
  constraint report_schedules_check2 CHECK (((next_at IS NULL) = (ended_at IS NOT NULL))),
  constraint report_schedules_day_no_check CHECK (((day_no >= 1) AND (day_no <= 31))),
  constraint report_schedules_every_check CHECK ((every = ANY (ARRAY['day'::text, 'week'::text, 'month'::text]))),
  constraint report_schedules_format_check CHECK ((format = ANY (ARRAY['csv'::text, 'xlsx'::text, 'pdf'::text]))),
  constraint report_schedules_lang_check CHECK ((lang = ANY (ARRAY['zh'::text, 'en'::text])))
);
CREATE INDEX report_schedules_due ON public.report_schedules USING btree (next_at) WHERE (next_at IS NOT NULL);

create table report_template_versions (
  template_id text not null,
  version     integer not null,
  content     jsonb not null,
  reason      text not null,
  author      text not null,
  author_name text not null,
  at          timestamp with time zone not null,
  constraint report_template_versions_pkey PRIMARY KEY (template_id, version),
  constraint report_template_versions_template_id_fkey FOREIGN KEY (template_id) REFERENCES report_templates(id),
  constraint report_template_versions_reason_check CHECK ((reason <> ''::text)),
  constraint report_template_versions_version_check CHECK ((version > 0))
);

create table report_templates (
  id          text not null,
  name        text not null,
  dataset     text not null,
  version     integer not null,
  created_at  timestamp with time zone not null,
  archived_at timestamp with time zone,
  constraint report_templates_pkey PRIMARY KEY (id),
  constraint report_templates_name_check CHECK (((name <> ''::text) AND (length(name) <= 80))),
  constraint report_templates_version_check CHECK ((version > 0))
);

create table requests (
  id        text not null,
  operation text not null,
  ask_sm3   text not null,
  answer    jsonb not null,
  asked_by  text not null,
  asked_at  timestamp with time zone not null,
  constraint requests_pkey PRIMARY KEY (id),
  constraint requests_ask_sm3_check CHECK ((ask_sm3 ~ '^[0-9a-f]{64}$'::text)),
  constraint requests_id_check CHECK ((id ~ '^[A-Za-z0-9_.:-]{8,64}$'::text))
);

create table review_vouchers (
  review_id  text not null,
  voucher_id text not null,
  constraint review_vouchers_pkey PRIMARY KEY (review_id, voucher_id),
  constraint review_vouchers_review_id_fkey FOREIGN KEY (review_id) REFERENCES reviews(id),
  constraint review_vouchers_voucher_id_fkey FOREIGN KEY (voucher_id) REFERENCES vouchers(id)
);
CREATE INDEX review_vouchers_of_voucher ON public.review_vouchers USING btree (voucher_id);

create table reviews (
  id              text not null,
  kind            text not null,
  object_kind     text not null,
  object_id       text not null,
  facts           jsonb not null,
  before          jsonb,
  after           jsonb,
  basis           jsonb not null,
  payload         jsonb,
  amount          bigint,
  currency        text,
  merchant_no     text,
  channel         text,
  asked_by        text not null,
  asked_name      text not null,
  asked_account   text not null,
  asked_at        timestamp with time zone not null,
  reason          text not null,
  expires_at      timestamp with time zone,
  state           review_state not null default 'open'::review_state,
  decided_by      text not null default ''::text,
  decided_name    text not null default ''::text,
  decided_account text not null default ''::text,
  ended_at        timestamp with time zone,
  ended_why       text not null default ''::text,
  outcome         jsonb,
  constraint reviews_pkey PRIMARY KEY (id),
  constraint decided_by_a_person CHECK (((state = ANY (ARRAY['approved'::review_state, 'refused'::review_state])) = ((decided_by <> ''::text) AND (decided_account <> ''::text)))),
  constraint maker_is_not_checker CHECK (((decided_by = ''::text) OR ((decided_by <> asked_by) AND (decided_account <> asked_account)))),
  constraint reviews_amount_check CHECK ((amount > 0)),
  constraint reviews_asked_by_check CHECK ((asked_by <> ''::text)),
  constraint reviews_check CHECK ((expires_at > asked_at)),
  constraint reviews_check1 CHECK (((amount IS NULL) = (currency IS NULL))),
  constraint reviews_check2 CHECK (((decided_by <> ''::text) OR ((decided_account = ''::text) AND (decided_name = ''::text)))),
  constraint reviews_check3 CHECK (((state = 'open'::review_state) = (ended_at IS NULL))),
  constraint reviews_check4 CHECK (((state <> 'refused'::review_state) OR (ended_why <> ''::text))),
  constraint reviews_check5 CHECK (((outcome IS NULL) OR (state = 'approved'::review_state))),
  constraint reviews_kind_check CHECK ((kind ~ '^[a-z][a-z0-9_]{1,39}$'::text)),
  constraint reviews_object_id_check CHECK ((object_id <> ''::text)),
  constraint reviews_object_kind_check CHECK ((object_kind <> ''::text)),
  constraint reviews_reason_check CHECK ((reason <> ''::text))
);
CREATE UNIQUE INDEX one_open_review ON public.reviews USING btree (kind, object_kind, object_id) WHERE (state = 'open'::review_state);
CREATE INDEX reviews_by_time ON public.reviews USING btree (asked_at, id);
CREATE INDEX reviews_of_object ON public.reviews USING btree (object_kind, object_id);
CREATE INDEX reviews_open ON public.reviews USING btree (asked_at, id) WHERE (state = 'open'::review_state);
CREATE INDEX reviews_to_expire ON public.reviews USING btree (expires_at) WHERE (state = 'open'::review_state);

create table roles (
  code        text not null,
  name_zh     text not null,
  name_en     text not null,
  permissions text[] not null,
  created_at  timestamp with time zone not null,
  changed_at  timestamp with time zone not null,
  constraint roles_pkey PRIMARY KEY (code),
  constraint roles_code_check CHECK ((code ~ '^[a-z][a-z0-9_]{1,39}$'::text)),
  constraint roles_name_en_check CHECK ((name_en <> ''::text)),
  constraint roles_name_zh_check CHECK ((name_zh <> ''::text)),
  constraint roles_permissions_check CHECK ((cardinality(permissions) > 0))
);

create table rule_activations (
  id           integer not null generated always as identity,
  version      integer not null,
  from_day     date not null,
  activated_at timestamp with time zone not null,
  asked_by     text not null,
  decided_by   text not null,
  reason       text not null,
  review_id    text not null default ''::text,
  gate_id      text not null default ''::text,
  constraint rule_activations_pkey PRIMARY KEY (id),
  constraint rule_activations_version_fkey FOREIGN KEY (version) REFERENCES rule_versions(version),
  constraint rule_activations_check CHECK ((((version = 1) AND (asked_by = 'platform'::text)) OR ((review_id <> ''::text) AND (gate_id <> ''::text) AND (asked_by <> decided_by))))
);
CREATE INDEX rule_activations_day ON public.rule_activations USING btree (from_day DESC, id DESC);

create table rule_gates (
  id         text not null,
  version    integer not null,
  against    integer not null,
  days       integer not null,
  state      rule_gate_state not null default 'waiting'::rule_gate_state,
  asked_by   text not null,
  asked_at   timestamp with time zone not null,
  started_at timestamp with time zone,
  ended_at   timestamp with time zone,
  done       integer not null default 0,
  total      integer not null default 0,
  last_day   date,
  result     jsonb,
  failure    text not null default ''::text,
  constraint rule_gates_pkey PRIMARY KEY (id),
  constraint rule_gates_against_fkey FOREIGN KEY (against) REFERENCES rule_versions(version),
  constraint rule_gates_version_fkey FOREIGN KEY (version) REFERENCES rule_versions(version),
  constraint rule_gates_check CHECK (((state = 'done'::rule_gate_state) = (result IS NOT NULL))),
  constraint rule_gates_days_check CHECK (((days >= 1) AND (days <= 400)))
);
CREATE INDEX rule_gates_of_version ON public.rule_gates USING btree (version, asked_at);

create table rule_versions (
  version     integer not null,
  name        text not null,
  document    text not null,
  canonical   text not null,
  sm3         text not null,
  author      text not null,
  author_name text not null,
  reason      text not null,
  based_on    integer,
  created_at  timestamp with time zone not null,
  constraint rule_versions_pkey PRIMARY KEY (version),
  constraint rule_versions_based_on_fkey FOREIGN KEY (based_on) REFERENCES rule_versions(version),
  constraint rule_versions_check CHECK ((based_on < version)),
  constraint rule_versions_name_check CHECK ((name <> ''::text)),
  constraint rule_versions_reason_check CHECK ((reason <> ''::text)),
  constraint rule_versions_sm3_check CHECK ((length(sm3) = 64)),
  constraint rule_versions_version_check CHECK ((version > 0))
);

create table runs (
  id         integer not null generated always as identity,
  day_id     integer not null,
  rules      integer not null,
  started_at timestamp with time zone not null,
  ended_at   timestamp with time zone,
  figures    jsonb not null default '{}'::jsonb,
  constraint runs_pkey PRIMARY KEY (id),
  constraint runs_day_id_fkey FOREIGN KEY (day_id) REFERENCES days(id)
);
CREATE INDEX runs_of_day ON public.runs USING btree (day_id, id);

create table schema_migrations (
  name       text not null,
  sm3        text not null,
  applied_at timestamp with time zone not null default now(),
  needs      integer not null default 0,
  constraint schema_migrations_pkey PRIMARY KEY (name)
);

create table service_keys (
  id         text not null,
  account_id text not null,
  key_sm3    bytea not null,
  name       text not null,
  created_at timestamp with time zone not null,
  created_by text not null,
  expires_at timestamp with time zone,
  used_at    timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint service_keys_pkey PRIMARY KEY (id),
  constraint service_keys_key_sm3_key UNIQUE (key_sm3),
  constraint service_keys_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint service_keys_key_sm3_check CHECK ((length(key_sm3) = 32)),
  constraint service_keys_name_check CHECK ((name <> ''::text))
);
CREATE INDEX service_keys_of_account ON public.service_keys USING btree (account_id);

create table sessions (
  id         text not null,
  account_id text not null,
  token_sm3  bytea not null,
  method     text not null,
  created_at timestamp with time zone not null,
  seen_at    timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  address    text not null,
  device     text not null,
  passkey_id text,
  warned_at  timestamp with time zone,
  ended_at   timestamp with time zone,
  ended_why  text not null default ''::text,
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_token_sm3_key UNIQUE (token_sm3),
  constraint sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint sessions_check CHECK (((ended_at IS NULL) = (ended_why = ''::text))),
  constraint sessions_method_check CHECK ((method = ANY (ARRAY['password'::text, 'password_totp'::text, 'passkey'::text, 'code'::text]))),
  constraint sessions_token_sm3_check CHECK ((length(token_sm3) = 32))
);
CREATE INDEX sessions_live ON public.sessions USING btree (expires_at) WHERE (ended_at IS NULL);
CREATE INDEX sessions_of_account ON public.sessions USING btree (account_id, created_at);

create table settlement_comments (
  id            text not null,
  settlement_id integer not null,
  at            timestamp with time zone not null,
  by            text not null,
  by_name       text not null,
  text          bytea not null,
  constraint settlement_comments_pkey PRIMARY KEY (id),
  constraint settlement_comments_settlement_id_fkey FOREIGN KEY (settlement_id) REFERENCES settlements(id)
);
CREATE INDEX settlement_comments_of ON public.settlement_comments USING btree (settlement_id, at);

create table settlements (
  id            integer not null generated always as identity,
  channel       text not null,
  account       text not null,
  business_date date not null,
  currency      text not null,
  state         settlement_state not null default 'expected'::settlement_state,
  trade_rows    bigint not null default 0,
  payments      bigint not null default 0,
  gross         bigint not null default 0,
  refunds       bigint not null default 0,
  fees          bigint not null default 0,
  fees_missing  bigint not null default 0,
  net           bigint not null generated always as (((gross - refunds) - fees)) stored,
  fund_rows     bigint,
  fund_payments bigint,
  fund_gross    bigint,
  fund_refunds  bigint,
  fund_fees     bigint,
  fund_other    bigint,
  withdrawn     bigint,
  opening       bigint,
  closing       bigint,
  compared      boolean not null default false,
  payout        payout_state not null default 'none'::payout_state,
  due           bigint,
  due_on        date,
  payout_id     integer,
  differences   jsonb not null default '[]'::jsonb,
  accepted      jsonb,
  accepted_at   timestamp with time zone,
  accepted_by   text not null default ''::text,
  accepted_name text not null default ''::text,
  accepted_why  text not null default ''::text,
  review_id     text not null default ''::text,
  updated_at    timestamp with time zone not null,
  constraint settlements_pkey PRIMARY KEY (id),
  constraint settlements_channel_account_business_date_currency_key UNIQUE (channel, account, business_date, currency),
  constraint settlements_payout_id_fkey FOREIGN KEY (payout_id) REFERENCES payouts(id) ON DELETE SET NULL,
  constraint settlements_check CHECK (((accepted IS NULL) = (accepted_at IS NULL))),
  constraint settlements_check1 CHECK (((payout = ANY (ARRAY['received'::payout_state, 'differs'::payout_state])) = (payout_id IS NOT NULL)))
);
CREATE INDEX settlements_listed ON public.settlements USING btree (business_date DESC, id DESC);
CREATE INDEX settlements_open ON public.settlements USING btree (channel, account, business_date) WHERE (payout = ANY (ARRAY['waiting'::payout_state, 'ambiguous'::payout_state, 'overdue'::payout_state, 'unknown'::payout_state]));

create table shared_lines (
  order_no text not null,
  line_id  bigint not null,
  day      date not null,
  constraint shared_lines_pkey PRIMARY KEY (order_no, line_id, day)
);
CREATE INDEX shared_lines_day ON public.shared_lines USING btree (day);
CREATE INDEX shared_lines_line ON public.shared_lines USING btree (line_id);

create table statement_changes (
  file_id       integer not null,
  against       integer not null,
  no            integer not null,
  change        text not null,
  business_date date not null,
  before        jsonb,
  after         jsonb,
  constraint statement_changes_pkey PRIMARY KEY (file_id, no),
  constraint statement_changes_against_fkey FOREIGN KEY (against) REFERENCES statement_files(id),
  constraint statement_changes_file_id_fkey FOREIGN KEY (file_id) REFERENCES statement_files(id),
  constraint statement_changes_change_check CHECK ((change = ANY (ARRAY['added'::text, 'removed'::text, 'changed'::text])))
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
  account     text not null default ''::text,
  kind        statement_kind not null default 'trade'::statement_kind,
  day         date,
  made_at     timestamp with time zone not null,
  passed_over integer not null default 0,
  superseded  integer not null default 0,
  same_as     integer,
  repeated    text[],
  constraint statement_files_pkey PRIMARY KEY (id),
  constraint statement_files_same_as_fkey FOREIGN KEY (same_as) REFERENCES statement_files(id),
  constraint booked_wholly CHECK (((state <> 'booked'::statement_state) OR ((((booked + known) + passed_over) + rejected) = records))),
  constraint statement_files_bytes_check CHECK ((bytes > 0)),
  constraint statement_files_check CHECK (((rejected >= 0) AND (rejected <= records))),
  constraint statement_files_check1 CHECK (((booked >= 0) AND ((state = 'booked'::statement_state) OR (booked = 0)))),
  constraint statement_files_check2 CHECK (((known >= 0) AND ((state = 'booked'::statement_state) OR (known = 0)))),
  constraint statement_files_records_check CHECK ((records >= 0)),
  constraint statement_files_sm3_check CHECK ((sm3 ~ '^[0-9a-f]{64}$'::text))
);
CREATE INDEX statement_files_alike ON public.statement_files USING btree (sm3, id);
CREATE INDEX statement_files_of_day ON public.statement_files USING btree (channel, account, day, kind);
CREATE UNIQUE INDEX statement_files_sm3 ON public.statement_files USING btree (sm3) WHERE (same_as IS NULL);

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
  account           text not null default ''::text,
  constraint statement_lines_pkey PRIMARY KEY (id, order_no)
);
CREATE INDEX statement_lines_day ON public.statement_lines USING brin (business_date, channel, account, id) WITH (pages_per_range='32', autosummarize='on');

create table statement_raw (
  file_id integer not null,
  part    integer not null,
  content bytea,
  plain   bytea,
  constraint statement_raw_pkey PRIMARY KEY (file_id, part),
  constraint statement_raw_file_id_fkey FOREIGN KEY (file_id) REFERENCES statement_files(id),
  constraint statement_raw_check CHECK (((content IS NOT NULL) OR (plain IS NOT NULL)))
);

create table statement_stretches (
  file_id integer not null,
  first   integer not null,
  last    integer not null,
  sha256  bytea not null,
  constraint statement_stretches_pkey PRIMARY KEY (file_id, first),
  constraint statement_stretches_file_id_fkey FOREIGN KEY (file_id) REFERENCES statement_files(id),
  constraint statement_stretches_check CHECK ((last >= first)),
  constraint statement_stretches_sha256_check CHECK ((length(sha256) = 32))
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
  decimal_sign text,
  constraint statement_templates_pkey PRIMARY KEY (name, version),
  constraint statement_templates_columns_check CHECK ((jsonb_typeof(columns) = 'array'::text)),
  constraint statement_templates_confirmed_by_check CHECK ((confirmed_by <> ''::text)),
  constraint statement_templates_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint statement_templates_date_order_check CHECK ((date_order = ANY (ARRAY['ymd'::text, 'dmy'::text, 'mdy'::text]))),
  constraint statement_templates_decimal_sign_check CHECK ((decimal_sign = ANY (ARRAY['.'::text, ','::text]))),
  constraint statement_templates_fingerprint_check CHECK ((fingerprint ~ '^[0-9a-f]{64}$'::text)),
  constraint statement_templates_mapping_check CHECK ((jsonb_typeof(mapping) = 'object'::text)),
  constraint statement_templates_name_check CHECK (((name <> ''::text) AND (name = btrim(name)))),
  constraint statement_templates_version_check CHECK ((version > 0))
);

create table superseded_lines (
  order_no text not null,
  line_id  bigint not null,
  by_file  integer not null,
  at       timestamp with time zone not null,
  run      integer,
  constraint superseded_lines_pkey PRIMARY KEY (order_no, line_id),
  constraint superseded_lines_by_file_fkey FOREIGN KEY (by_file) REFERENCES statement_files(id)
);
CREATE INDEX superseded_lines_by ON public.superseded_lines USING btree (by_file);
CREATE INDEX superseded_lines_line ON public.superseded_lines USING btree (line_id);
CREATE INDEX superseded_lines_new ON public.superseded_lines USING btree (by_file) WHERE (run IS NULL);

create table touched_days (
  channel       text not null,
  account       text not null,
  business_date date not null,
  times         integer not null default 1,
  whole         boolean not null default false,
  constraint touched_days_pkey PRIMARY KEY (channel, account, business_date)
);

create table touched_settlements (
  channel       text not null,
  account       text not null,
  business_date date not null,
  times         integer not null default 1,
  constraint touched_settlements_pkey PRIMARY KEY (channel, account, business_date)
);

create table vault_keys (
  id           integer not null generated by default as identity,
  use          vault_key_use not null,
  purpose      text not null,
  wrapped      bytea,
  master       text not null,
  created_at   timestamp with time zone not null,
  created_by   text not null,
  active_from  timestamp with time zone not null,
  seals        bigint not null default 0,
  destroyed_at timestamp with time zone,
  constraint vault_keys_pkey PRIMARY KEY (id),
  constraint vault_keys_use_purpose_active_from_key UNIQUE (use, purpose, active_from),
  constraint vault_keys_check CHECK ((active_from >= created_at)),
  constraint vault_keys_check1 CHECK (((wrapped IS NULL) = (destroyed_at IS NOT NULL))),
  constraint vault_keys_id_check CHECK (((id >= 1) AND (id <= 65535))),
  constraint vault_keys_purpose_check CHECK ((purpose <> ''::text)),
  constraint vault_keys_seals_check CHECK ((seals >= 0))
);

create table vault_work (
  target      text not null,
  keys        text not null,
  last        jsonb,
  rows_done   bigint not null default 0,
  rows_failed bigint not null default 0,
  started_at  timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint vault_work_pkey PRIMARY KEY (target, keys)
);

create table voucher_uses (
  voucher_id  text not null,
  object_kind text not null,
  object_id   text not null,
  constraint voucher_uses_pkey PRIMARY KEY (object_kind, object_id, voucher_id),
  constraint voucher_uses_voucher_id_fkey FOREIGN KEY (voucher_id) REFERENCES vouchers(id),
  constraint voucher_uses_object_id_check CHECK ((object_id <> ''::text)),
  constraint voucher_uses_object_kind_check CHECK ((object_kind <> ''::text))
);
CREATE INDEX voucher_uses_of_voucher ON public.voucher_uses USING btree (voucher_id);

create table vouchers (
  id               text not null,
  name             text not null,
  media_type       text not null,
  size             integer not null,
  sealed           bytea not null,
  uploaded_by      text not null,
  uploaded_account text not null,
  uploaded_at      timestamp with time zone not null,
  constraint vouchers_pkey PRIMARY KEY (id),
  constraint vouchers_media_type_check CHECK ((media_type = ANY (ARRAY['application/pdf'::text, 'image/jpeg'::text, 'image/png'::text]))),
  constraint vouchers_name_check CHECK (((name <> ''::text) AND (length(name) <= 120))),
  constraint vouchers_size_check CHECK (((size >= 1) AND (size <= 10485760)))
);
CREATE INDEX vouchers_by_time ON public.vouchers USING btree (uploaded_at);
CREATE INDEX vouchers_of_account ON public.vouchers USING btree (uploaded_account, uploaded_at);

CREATE OR REPLACE FUNCTION public.forbid_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is written once and never changed', tg_table_name using errcode = 'restrict_violation';
end
$function$;

CREATE OR REPLACE FUNCTION public.forbid_changing_appeal()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.forbid_changing_cause()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'a version of a cause never changes' using errcode = 'restrict_violation';
end
$function$;

CREATE OR REPLACE FUNCTION public.forbid_changing_review()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'UPDATE' and old.state = 'open'
     and row(old.id, old.kind, old.object_kind, old.object_id, old.facts, old.before, old.after, old.basis, old.payload, old.amount,
             old.currency, old.merchant_no, old.channel, old.asked_by, old.asked_name, old.asked_account, old.asked_at, old.reason,
             old.expires_at)
       is not distinct from
         row(new.id, new.kind, new.object_kind, new.object_id, new.facts, new.before, new.after, new.basis, new.payload, new.amount,
             new.currency, new.merchant_no, new.channel, new.asked_by, new.asked_name, new.asked_account, new.asked_at, new.reason,
             new.expires_at)
  then
    return new;
  end if;
  raise exception 'a review is asked once and ends once' using errcode = 'restrict_violation';
end
$function$;

CREATE OR REPLACE FUNCTION public.forbid_changing_rules()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'versions of rules and their activations are never changed';
end
$function$;

CREATE OR REPLACE FUNCTION public.operation_log_is_append_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the operation log is never changed' using errcode = 'restrict_violation';
end $function$;

CREATE TRIGGER asked_once_ended_once BEFORE DELETE OR UPDATE ON public.reviews FOR EACH ROW EXECUTE FUNCTION forbid_changing_review();

CREATE TRIGGER filed_once_ended_once BEFORE DELETE OR UPDATE ON public.appeals FOR EACH ROW EXECUTE FUNCTION forbid_changing_appeal();

CREATE TRIGGER operation_blocks_kept BEFORE DELETE OR UPDATE ON public.operation_blocks FOR EACH ROW EXECUTE FUNCTION operation_log_is_append_only();

CREATE TRIGGER operation_blocks_not_emptied BEFORE TRUNCATE ON public.operation_blocks FOR EACH STATEMENT EXECUTE FUNCTION operation_log_is_append_only();

CREATE TRIGGER operation_log_kept BEFORE DELETE OR UPDATE ON public.operation_log FOR EACH ROW EXECUTE FUNCTION operation_log_is_append_only();

CREATE TRIGGER operation_log_not_emptied BEFORE TRUNCATE ON public.operation_log FOR EACH STATEMENT EXECUTE FUNCTION operation_log_is_append_only();

CREATE TRIGGER written_once BEFORE DELETE OR UPDATE ON public.causes FOR EACH ROW EXECUTE FUNCTION forbid_changing_cause();

CREATE TRIGGER written_once BEFORE DELETE OR UPDATE OR TRUNCATE ON public.drills FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

CREATE TRIGGER written_once BEFORE DELETE OR UPDATE OR TRUNCATE ON public.primary_terms FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

CREATE TRIGGER written_once BEFORE DELETE OR UPDATE OR TRUNCATE ON public.rule_activations FOR EACH STATEMENT EXECUTE FUNCTION forbid_changing_rules();

CREATE TRIGGER written_once BEFORE DELETE OR UPDATE OR TRUNCATE ON public.rule_versions FOR EACH STATEMENT EXECUTE FUNCTION forbid_changing_rules();

CREATE TRIGGER written_once BEFORE DELETE OR UPDATE OR TRUNCATE ON public.statement_templates FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
