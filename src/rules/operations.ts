import { hash } from 'node:crypto'
import { stringify } from 'yaml'
import type { Actor } from '../access/actor.ts'
import { scopeTooNarrow } from '../access/refusals.ts'
import { isEverywhere } from '../access/scope.ts'
import { record } from '../audit/record.ts'
import type { Day } from '../kernel/business_day.ts'
import { canonicalJson } from '../kernel/canonical_json.ts'
import { Failure } from '../kernel/failure.ts'
import { instantText } from '../kernel/instant_text.ts'
import type { App } from '../system/app.ts'
import { type Json, once } from '../system/requests.ts'
import type { VersionAsk, VersionLine, VersionView } from './api.ts'
import { documentOf, RulesDocument } from './document.ts'
import { parseRules } from './read.ts'
import * as store from './store.ts'
import { type Difference, differences, rulesUnchanged, type Version, versionUnknown } from './version.ts'

type Ruling = Pick<App, 'db' | 'now'>

/**
 * Writes a version: a snapshot that nobody changes, and that holds for nothing until it is activated. From YAML or JSON text, or from a form.
 * Throws document_or_form, rules_unreadable, rules_unchanged, rule_version_unknown, scope_too_narrow, id_reused.
 */
export async function createVersion(app: Ruling, actor: Actor, ask: VersionAsk): Promise<VersionView> {
  if (!isEverywhere(actor.scopeOf('rule.edit'))) throw scopeTooNarrow('rule.edit')
  const document = textOf(ask)
  const rules = parseRules(document, '规则 rules')
  const canonical = canonicalJson(documentOf(rules))
  const sm3 = hash('sm3', canonical)
  const { id, ...body } = ask
  const at = app.now()
  return await app.db.transaction(tx =>
    once(tx, { id, operation: 'create_rule_version', body, actor: actor.id, at }, async () => {
      const same = await store.findSame(tx, sm3)
      if (same) throw rulesUnchanged(same.version)
      const basedOn = ask.based_on ?? null
      const base = basedOn === null ? null : await mustFind(tx, basedOn)
      const version = await store.insertVersion(tx, {
        name: rules.name,
        document,
        canonical,
        sm3,
        author: actor.id,
        authorName: actor.name,
        reason: ask.reason.trim(),
        basedOn,
        createdAt: at,
      })
      const made = await mustFind(tx, version)
      const changes = base === null ? [] : differences(JSON.parse(base.canonical), JSON.parse(canonical))
      await record(tx, at, actor, [
        {
          what: 'rule.write',
          object: { kind: 'rule_version', id: String(version) },
          after: { ...lineView(made), changes: changes.map(({ path }) => path) },
        },
      ])
      return versionView(made) as VersionView & Json
    }),
  )
}

function textOf({ document, form }: VersionAsk): string {
  if ((document === undefined) === (form === undefined))
    throw new Failure(
      'document_or_form',
      { zh: '请给出 document（文本）或 form（表单）之一', en: 'Give either document (text) or form (an object)' },
      { field: 'document' },
    )
  return document ?? stringify(form)
}

const mustFind = async (db: Parameters<typeof store.findVersion>[0], version: number): Promise<Version> => {
  const found = await store.findVersion(db, version)
  if (!found) throw versionUnknown(version)
  return found
}

export const readVersion = async (app: Ruling, version: number): Promise<VersionView> =>
  versionView(await mustFind(app.db.pool, version))

export async function readVersions(
  app: Ruling,
  { before, limit = 50 }: { before?: number; limit?: number },
): Promise<{ versions: VersionLine[] }> {
  return { versions: (await store.listVersions(app.db.pool, before ?? null, limit)).map(lineView) }
}

/** What the later has otherwise than the earlier, field by field of the rules spelled out. Throws rule_version_unknown. */
export async function diffVersions(
  app: Ruling,
  before: number,
  after: number,
): Promise<{ before: number; after: number; changes: Difference[] }> {
  const [old, fresh] = [await mustFind(app.db.pool, before), await mustFind(app.db.pool, after)]
  return { before, after, changes: differences(JSON.parse(old.canonical), JSON.parse(fresh.canonical)) }
}

/** What a form is made of: the schema with its titles, and the rules that hold for a day, to start from. */
export async function readForm(app: Ruling, day: Day) {
  const { version, rules } = await store.rulesOn(app.db.pool, day)
  return { schema: RulesDocument as unknown, in_force: { version, rules: documentOf(rules) as unknown } }
}

export async function readActivations(app: Ruling) {
  const activations = await store.listActivations(app.db.pool, 200)
  return {
    activations: activations.map(each => ({
      version: each.version,
      name: each.name,
      from_day: each.fromDay,
      activated_at: instantText(each.activatedAt),
      asked_by: each.askedBy,
      decided_by: each.decidedBy,
      reason: each.reason,
      review_id: each.reviewId,
      gate_id: each.gateId,
    })),
  }
}

const lineView = (version: Version): VersionLine => ({
  version: version.version,
  name: version.name,
  sm3: version.sm3,
  author: version.author,
  author_name: version.authorName,
  reason: version.reason,
  based_on: version.basedOn,
  created_at: instantText(version.createdAt),
})

const versionView = (version: Version): VersionView => ({
  ...lineView(version),
  document: version.document,
  rules: JSON.parse(version.canonical),
})
