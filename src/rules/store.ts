import type pg from 'pg'
import type { Day } from '../kernel/business_day.ts'
import { feeItemsOf } from '../merchants/store.ts'
import { parseRules } from './read.ts'
import { merchantsNamed, saidOfFeeItems } from './rows.ts'
import type { Rules } from './rules.ts'
import type { Activation, Version } from './version.ts'

type Db = pg.Pool | pg.ClientBase

/** Rules and the number of the version they are: what a run keeps with all it makes. */
export type RulesInForce = { readonly version: number; readonly rules: Rules }

/** The rules that hold for a business day: of the activations that have begun by then the latest, by day and then by when it was made. */
export async function rulesOn(db: Db, day: Day): Promise<RulesInForce> {
  const { rows } = await db.query(
    `select v.version, v.canonical, v.sm3 from rule_activations a join rule_versions v using (version)
      where a.from_day <= $1 order by a.from_day desc, a.id desc limit 1`,
    [day],
  )
  const [row] = rows
  if (!row) throw new Error(`no rules hold for ${day}`)
  return { version: row.version, rules: await rulesFrom(db, row) }
}

type Written = Pick<Version, 'version' | 'canonical' | 'sm3'>

/** Versions never change: each is read once. Kept by what it says, as one process may see several databases. */
const known = new Map<string, Rules>()
const KNOWN_AT_MOST = 64

function parsed({ version, canonical, sm3 }: Written): Rules {
  const seen = known.get(sm3)
  if (seen) return seen
  const rules = parseRules(canonical, `version ${version}`)
  if (known.size >= KNOWN_AT_MOST) known.clear()
  known.set(sm3, rules)
  return rules
}

/** The rules of a version for rows of this platform: what it says of merchants is said of the fee items that they have now. */
export async function rulesFrom(db: Db, version: Written): Promise<Rules> {
  const rules = parsed(version)
  const named = merchantsNamed(rules)
  return named.length === 0 ? rules : saidOfFeeItems(rules, await feeItemsOf(db, named))
}

const COLUMNS = `version, name, document, canonical, sm3, author, author_name as "authorName", reason, based_on as "basedOn",
  created_at as "createdAt"`

/** Newest first, those before `before`. */
export async function listVersions(db: Db, before: number | null, limit: number): Promise<Version[]> {
  const { rows } = await db.query(
    `select ${COLUMNS} from rule_versions where $1::int is null or version < $1 order by version desc limit $2`,
    [before, limit],
  )
  return rows
}

export async function findVersion(db: Db, version: number): Promise<Version | null> {
  const { rows } = await db.query(`select ${COLUMNS} from rule_versions where version = $1`, [version])
  return rows[0] ?? null
}

export async function findSame(db: Db, sm3: string): Promise<Version | null> {
  const { rows } = await db.query(`select ${COLUMNS} from rule_versions where sm3 = $1 order by version limit 1`, [sm3])
  return rows[0] ?? null
}

/** Takes the next number; two at one moment get two numbers. */
export async function insertVersion(tx: pg.ClientBase, row: Omit<Version, 'version'>): Promise<number> {
  await tx.query('lock table rule_versions in share row exclusive mode')
  const { rows } = await tx.query(
    `insert into rule_versions (version, name, document, canonical, sm3, author, author_name, reason, based_on, created_at)
     select max(version) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9 from rule_versions returning version`,
    [
      row.name,
      row.document,
      row.canonical,
      row.sm3,
      row.author,
      row.authorName,
      row.reason,
      row.basedOn,
      row.createdAt,
    ],
  )
  return rows[0].version
}

/** Latest first. */
export async function listActivations(db: Db, limit: number): Promise<Activation[]> {
  const { rows } = await db.query(
    `select a.version, v.name, a.from_day as "fromDay", a.activated_at as "activatedAt", a.asked_by as "askedBy",
            a.decided_by as "decidedBy", a.reason, a.review_id as "reviewId", a.gate_id as "gateId"
       from rule_activations a join rule_versions v using (version) order by a.id desc limit $1`,
    [limit],
  )
  return rows
}

/** Whoever activates waits here for whoever is at it. */
export async function holdActivations(tx: pg.ClientBase): Promise<void> {
  await tx.query('lock table rule_activations in share row exclusive mode')
}

export async function insertActivation(tx: pg.ClientBase, row: Omit<Activation, 'name'>): Promise<void> {
  await tx.query(
    `insert into rule_activations (version, from_day, activated_at, asked_by, decided_by, reason, review_id, gate_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [row.version, row.fromDay, row.activatedAt, row.askedBy, row.decidedBy, row.reason, row.reviewId, row.gateId],
  )
}
