-- Lists of ten million rows answer at once. What hardly anybody did, and what one request did, is found in the operation log by summaries of stretches of it: an
-- entry that is written costs next to nothing, where an index of each of these columns would be one more page to write.
create index operation_log_found on operation_log using brin (what text_bloom_ops, object_kind text_bloom_ops, request_id text_bloom_ops)
  with (pages_per_range = 64, autosummarize = on);
