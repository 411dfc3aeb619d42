-- Lists of ten million rows answer at once. What hardly anybody did, and what one request did, is found in the operation log by summaries of stretches of it: an
-- entry that is written costs next to nothing, where an index of each of these columns would be one more page to write. A stretch holds about 5,000 entries, each
-- with a request of its own, and few acts.
create index operation_log_found on operation_log using brin (
    what text_bloom_ops (n_distinct_per_range = 64), object_kind text_bloom_ops (n_distinct_per_range = 32),
    request_id text_bloom_ops (n_distinct_per_range = 4800, false_positive_rate = 0.003))
  with (pages_per_range = 128, autosummarize = on);
