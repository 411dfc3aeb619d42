import type pg from 'pg'
import type { Catalogue, Table } from './catalogue.ts'
import type { PlanNode } from './plan_tree.ts'
import { literalsOf } from './sample.ts'

type Db = pg.Pool | pg.ClientBase

const ACTIONS = `'{"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}'::jsonb`

/** The tables of the schema public, by name; partitions are left out. */
export async function readCatalogue(db: Db): Promise<Catalogue> {
  const { rows } = await db.query<Table>(`
    select c.relname as name,
           (select coalesce(jsonb_agg(jsonb_build_object(
                     'name', a.attname, 'position', a.attnum, 'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
                     'generated', a.attgenerated <> '', 'deterministic', coalesce(l.collisdeterministic, true),
                     'sequence', a.attidentity <> '' or coalesce(pg_get_expr(d.adbin, d.adrelid) like 'nextval(%', false)) order by a.attnum), '[]')
              from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
              left join pg_collation l on l.oid = a.attcollation
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
           (select coalesce(jsonb_agg(jsonb_build_object(
                     'name', i.indexrelid::regclass,
                     'kind', case when i.indisprimary then 'primary' when i.indisexclusion then 'exclusion' else 'unique' end,
                     'columns', (select coalesce(jsonb_agg(a.attname order by k.place), '[]')
                                   from unnest(i.indkey::int2[]) with ordinality k (number, place)
                                   join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
                                   left join pg_constraint x on x.conindid = i.indexrelid and x.contype = 'x'
                                   left join pg_operator o on o.oid = x.conexclop[k.place]
                                  where k.place <= i.indnkeyatts and (x.oid is null or o.oprname = '='))) order by i.indexrelid::regclass::text), '[]')
              from pg_index i where i.indrelid = c.oid and (i.indisunique or i.indisexclusion)) as keys,
           (select coalesce(jsonb_agg(jsonb_build_object(
                     'name', f.conname, 'target', t.relname, 'onDelete', ${ACTIONS}->>f.confdeltype::text, 'onUpdate', ${ACTIONS}->>f.confupdtype::text,
                     'columns', (select jsonb_agg(a.attname order by k.place) from unnest(f.conkey) with ordinality k (number, place)
                                   join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.number),
                     'targetColumns', (select jsonb_agg(a.attname order by k.place) from unnest(f.confkey) with ordinality k (number, place)
                                         join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.number)) order by f.conname), '[]')
              from pg_constraint f join pg_class t on t.oid = f.confrelid where f.conrelid = c.oid and f.contype = 'f') as "foreignKeys",
           array(select tgname::text from pg_trigger where tgrelid = c.oid and not tgisinternal order by tgname) as triggers,
           array(select rulename::text from pg_rewrite where ev_class = c.oid order by rulename) as rules
      from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     order by c.relname`)
  return rows
}

/** A table of the cluster, as `citus_tables` tells it. */
export type CitusTable = {
  readonly table: string
  /** distributed, reference, local or schema. */
  readonly type: string
  readonly column: string
  readonly group: number
}

/** Tables that are distributed or copied already; such as stay on the coordinator and are only known to the cluster are left out. */
export async function citusTables(db: Db): Promise<readonly CitusTable[]> {
  const { rows } = await db.query(`
    select table_name::text as "table", citus_table_type as type, distribution_column as "column", colocation_id as "group"
      from citus_tables where citus_table_type <> 'local' order by 1`)
  return rows
}

export async function createReference(db: Db, table: string): Promise<void> {
  await db.query('select create_reference_table($1::regclass)', [table])
}

/** `beside`: the table in whose co-location group it goes; `none` begins a group. */
export async function createDistributed(db: Db, table: string, column: string, beside: string): Promise<void> {
  await db.query('select create_distributed_table($1::regclass, $2, colocate_with => $3)', [table, column, beside])
}

/** The plan of a statement whatever its values are, on any PostgreSQL. Nothing is executed. */
export const genericPlan = (session: pg.ClientBase, text: string): Promise<PlanNode> =>
  explained(session, text, 'force_generic_plan', types => types.map(() => 'null'))

/** The plan for sample values: Citus looks at values to choose shards. Nothing is executed. Throws what PostgreSQL or Citus says of a statement it refuses. */
export const samplePlan = (session: pg.ClientBase, text: string): Promise<PlanNode> =>
  explained(session, text, 'force_custom_plan', literalsOf)

async function explained(
  session: pg.ClientBase,
  text: string,
  mode: string,
  valuesOf: (types: readonly string[]) => readonly string[],
): Promise<PlanNode> {
  await session.query("select set_config('plan_cache_mode', $1, false)", [mode])
  await session.query(`prepare hot as ${text}`)
  try {
    const { rows: prepared } = await session.query(
      "select parameter_types::text[] as types from pg_prepared_statements where name = 'hot'",
    )
    const values = valuesOf(prepared[0].types)
    const given = values.length > 0 ? `(${values.join(', ')})` : ''
    const { rows } = await session.query(`explain (verbose, costs off, format json) execute hot${given}`)
    return rows[0]['QUERY PLAN'][0].Plan
  } finally {
    await session.query('deallocate hot')
  }
}
