-- Never run: see README.md. Tells the coordinator of itself, so that its own tables may refer to reference tables, and of its workers.
create extension if not exists citus;
select citus_set_coordinator_host('coordinator', 5432);
select citus_add_node('worker-1', 5432);
select citus_add_node('worker-2', 5432);
select nodename, nodeport, noderole, isactive from pg_dist_node order by nodeid;
