#!/bin/sh
# Called by Patroni as: begin-term.sh on_role_change ROLE CLUSTER. A new primary writes its term, by which the platform tells it from the old one.
# Without it the platform still follows the only server that takes writes; with it an older one is never followed again.
set -eu
[ "$2" = primary ] || [ "$2" = master ] || exit 0
exec psql -X -v ON_ERROR_STOP=1 -U postgres -d fzpay -v node="$(hostname)" <<'SQL'
insert into primary_terms (term, node, began_at) select max(term) + 1, :'node', now() from primary_terms;
SQL
