import type { TestContext } from 'node:test'
import pg from 'pg'
import type { Database } from '../src/system/database.ts'
import { testDatabase } from './database.ts'

/** A database of its own that is taken for a cluster, as the stand-in lies on it. */
export const clusterDatabase = (t: TestContext): Promise<Database> => testDatabase(t, 'migrated', installStandIn)

/**
 * The part of Citus that `fzpay distribute` calls, as a schema of plain PostgreSQL: functions of the same names and parameters that note what they were
 * asked for and refuse by the documented rules, and the view `citus_tables`. It distributes nothing, and knows nothing of the plan that is tried on it.
 */
async function installStandIn(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(STAND_IN)
    // For connections made from now on.
    await client.query(
      `do $$ begin execute format('alter database %I set search_path = public, citus_stand_in', current_database()); end $$`,
    )
  } finally {
    await client.end()
  }
}

const STAND_IN = `
create schema citus_stand_in;
create table citus_stand_in.noted (no serial primary key, relation regclass unique, type text not null, "column" text, "group" integer not null);
create view citus_stand_in.citus_tables as
  select relation as table_name, type as citus_table_type, coalesce("column", '<none>') as distribution_column, "group" as colocation_id
    from citus_stand_in.noted;

create function citus_stand_in.refuse_what_none_may_have(asked regclass) returns void language plpgsql as $$
begin
  if exists (select from citus_stand_in.noted where relation = asked) then raise exception 'table "%" is already distributed', asked; end if;
  if exists (select from pg_trigger where tgrelid = asked and not tgisinternal) then raise exception 'cannot distribute relation "%" because it has triggers', asked; end if;
  if exists (select from pg_rewrite where ev_class = asked) then raise exception 'rules are not supported on "%"', asked; end if;
end $$;

create function citus_stand_in.create_reference_table(table_name regclass) returns void language plpgsql as $$
begin
  perform citus_stand_in.refuse_what_none_may_have(table_name);
  if exists (select from pg_constraint join citus_stand_in.noted on relation = confrelid and type = 'distributed' where conrelid = table_name and contype = 'f') then
    raise exception 'foreign keys from reference tables to distributed tables are not supported';
  end if;
  insert into citus_stand_in.noted (relation, type, "group") values (table_name, 'reference', 1);
end $$;

create function citus_stand_in.create_distributed_table(
  table_name regclass, distribution_column text, distribution_type text default 'hash', colocate_with text default 'default', shard_count integer default null
) returns void language plpgsql as $$
declare
  at smallint;
  kind oid;
  beside citus_stand_in.noted;
  key record;
begin
  perform citus_stand_in.refuse_what_none_may_have(table_name);
  select attnum, atttypid into at, kind from pg_attribute where attrelid = table_name and attname = distribution_column and not attisdropped;
  if at is null then raise exception 'column "%" of relation "%" does not exist', distribution_column, table_name; end if;
  if colocate_with <> 'none' then
    select * into beside from citus_stand_in.noted where relation = colocate_with::regclass and type = 'distributed';
    if beside is null then raise exception 'relation % is not distributed', colocate_with; end if;
    if kind <> (select atttypid from pg_attribute where attrelid = beside.relation and attname = beside."column") then
      raise exception 'cannot colocate tables % and %: distribution column types do not match', beside.relation, table_name;
    end if;
  end if;
  if exists (select from pg_index where indrelid = table_name and (indisunique or indisexclusion) and at <> all (indkey)) then
    raise exception 'cannot create constraint on "%": distributed relations cannot have unique or exclusion constraints that do not include the partition column', table_name;
  end if;
  for key in select c.*, n.type, n."group" from pg_constraint c left join citus_stand_in.noted n on n.relation = c.confrelid where conrelid = table_name and contype = 'f' loop
    if key.type is null and key.confrelid <> table_name then raise exception 'cannot create foreign key constraint: referenced table must be a distributed table or a reference table'; end if;
    if key.type = 'distributed' and (array_position(key.conkey, at) is null or key.confkey[array_position(key.conkey, at)]
        is distinct from (select attnum from pg_attribute where attrelid = key.confrelid and attname = distribution_column)) then
      raise exception 'cannot create foreign key constraint: the partition column must be at the same ordinal in both tables';
    end if;
    if at = any (key.conkey) and (key.confdeltype in ('n', 'd') or key.confupdtype in ('n', 'd', 'c')) then
      raise exception 'cannot create foreign key constraint: SET NULL, SET DEFAULT or CASCADE is not supported when distribution key is included';
    end if;
  end loop;
  insert into citus_stand_in.noted (relation, type, "column", "group")
  values (table_name, 'distributed', distribution_column, coalesce(beside."group", 2));
end $$;`
