-- What one request did is found in the log by summaries that nothing else shares: a summary is one page at most, and with all of it one stretch in three thousand is
-- looked at in vain, not one in three hundred. What hardly anybody did has summaries of its own, small ones of shorter stretches.
-- While they are made nothing is written to the log, so nothing is booked: thirteen seconds for ten million entries. Where that is too long, make both by hand before,
-- by these words with `concurrently`.
create index if not exists operation_log_acts on operation_log using brin (
    what text_bloom_ops (n_distinct_per_range = 64), object_kind text_bloom_ops (n_distinct_per_range = 32))
  with (pages_per_range = 64, autosummarize = on);
create index if not exists operation_log_requests on operation_log using brin (
    request_id text_bloom_ops (n_distinct_per_range = 3700, false_positive_rate = 0.0003))
  with (pages_per_range = 96, autosummarize = on);
drop index operation_log_found;
