import { createHash } from 'node:crypto'
import type pg from 'pg'
import { fingerprintOf, type Template } from './templates.ts'

const COLUMNS = `name, version, dialect, columns, mapping, date_order as "dateOrder", decimal_sign as decimal, currency,
                 confirmed_by as "confirmedBy", confirmed_at as "confirmedAt"`

/** Of each name the newest version, the last confirmed first. */
export async function newestTemplates(db: pg.ClientBase | pg.Pool): Promise<Template[]> {
  const { rows } = await db.query(
    `select ${COLUMNS} from (select distinct on (name) * from statement_templates order by name, version desc) t
      order by confirmed_at desc, name`,
  )
  return rows
}

export async function templateVersions(db: pg.ClientBase | pg.Pool, name: string): Promise<Template[]> {
  const { rows } = await db.query(`select ${COLUMNS} from statement_templates where name = $1 order by version desc`, [
    name,
  ])
  return rows
}

/** Two confirmations under one name wait for each other; the lock ends with the transaction. */
export async function lockTemplate(tx: pg.ClientBase, name: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('statement template ' || $1, 0))`, [name])
}

export async function insertTemplate(tx: pg.ClientBase, template: Template): Promise<void> {
  await tx.query(
    `insert into statement_templates
            (name, version, fingerprint, dialect, columns, mapping, date_order, decimal_sign, currency,
             confirmed_by, confirmed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      template.name,
      template.version,
      createHash('sm3').update(fingerprintOf(template)).digest('hex'),
      template.dialect,
      JSON.stringify(template.columns),
      JSON.stringify(template.mapping),
      template.dateOrder,
      template.decimal,
      template.currency,
      template.confirmedBy,
      template.confirmedAt,
    ],
  )
}
