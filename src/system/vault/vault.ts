import { createHmac, type KeyObject, randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { Logger } from 'pino'
import { Failure } from '../../kernel/failure.ts'
import type { Database } from '../database.ts'
import type { Listener } from '../listen.ts'
import {
  addSeals,
  insertKeys,
  type KeyUse,
  lockKeys,
  NEWS,
  type NewKey,
  nextKeyIds,
  readKeys,
  rewrapKey,
  type StoredKey,
  tellNews,
} from './key_store.ts'
import { type Keyring, masterKeyWrong, unwrapAll, wrappingContext } from './keyring.ts'
import { type KeyHolder, MASTER_KEY_BYTES } from './master_key.ts'
import { type PayerIndexes, payerIndexes } from './payer_indexes.ts'
import { BLIND_KINDS, type BlindKind, type Context, normalised, PURPOSES, purposeOf } from './purposes.ts'
import { keyIdOf, openWith, sealedUnreadable, sealWith } from './sealed.ts'

/** Keys are read again this often, whether or not news of them came. */
const REFRESH_MS = 30_000
/** A new key is used this long after it was made: by then every process that runs has read it. */
export const LEAD_MS = 2 * REFRESH_MS
/** A process that could not look at the keys for so long seals nothing more: its key may be on the way out. */
const STALE_MS = 3_600_000
/** What NIST SP 800-38D allows a GCM key with random nonces; `care` rotates long before. */
const SEALS_MAX = 2 ** 32

const HMAC_KEY_BYTES = 32
const BLIND_BYTES = 16

export type VaultOptions = {
  readonly db: Database
  readonly holder: KeyHolder
  /** Finds the master key that fits the database now, where it was changed while we run; rejects where it is not at hand. Without it the first one stays. */
  readonly successor?: (() => Promise<KeyHolder>) | undefined
  readonly now: () => Date
  readonly log: Logger
}

/** Seals and opens by keys in memory: nothing waits once it is open. Whoever opened it closes it. */
export class Vault {
  readonly #options: VaultOptions
  /** The one of now first. */
  #holders: readonly [KeyHolder, ...KeyHolder[]]
  /** Master keys that were looked for and not found: told once. */
  readonly #missed = new Set<string>()
  #ring: Keyring
  #refreshed = performance.now()
  readonly #seals = new Map<number, number>()
  readonly #totals = new Map<number, number>()
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> = Promise.resolve()
  #soon = false
  #payers: { readonly key: KeyObject; readonly indexes: PayerIndexes } | undefined
  #unsubscribe: (() => void) | undefined

  private constructor(options: VaultOptions, ring: Keyring) {
    this.#options = options
    this.#holders = [options.holder]
    this.#ring = ring
    this.#timer = setInterval(() => void this.#look(), REFRESH_MS)
    this.#timer.unref()
  }

  /**
   * Reads the keys, and makes those that are missing. Throws Failure master_key_wrong when the data is sealed under another master key,
   * vault_key_damaged.
   */
  static async open(options: VaultOptions): Promise<Vault> {
    const { db, holder } = options
    let stored = await readKeys(db.pool)
    if (missing(stored).length > 0)
      stored = await db.transaction(async tx => {
        await lockKeys(tx)
        const at = options.now()
        await makeKeys(tx, options.holder, missing(await readKeys(tx)), { by: 'system', at, activeFrom: at })
        await tellNews(tx)
        return await readKeys(tx)
      })
    const vault = new Vault(options, await unwrapAll(stored, holder, undefined))
    vault.#note(stored)
    return vault
  }

  /** Whoever wraps the keys now, and after it those that did so since we started; backups are sealed under keys that the first one wraps. */
  get holders(): readonly [KeyHolder, ...KeyHolder[]] {
    return this.#holders
  }

  /** Name of the master key. */
  get master(): string {
    return this.#holders[0].id
  }

  /** Sealed for this place; see `sealed.ts`. Throws Failure vault_stale when the keys could not be looked at for an hour. */
  seal(value: string | Uint8Array, context: Context): Buffer {
    if (performance.now() - this.#refreshed > STALE_MS) throw vaultStale()
    const { id, key } = this.#ring.current('seal', purposeOf(context), this.#options.now().getTime())
    const seals = (this.#seals.get(id) ?? 0) + 1
    if (seals + (this.#totals.get(id) ?? 0) >= SEALS_MAX) throw keyExhausted(id)
    this.#seals.set(id, seals)
    return sealWith(key, id, value, context)
  }

  /** Throws Failure sealed_unreadable (where, reason) for anything that was not sealed for this very place, or was altered since. */
  open(sealed: Uint8Array, context: Context): Buffer {
    const id = keyIdOf(sealed, context)
    const found = this.#ring.find(id)
    if (!found || found.use !== 'seal' || found.purpose !== purposeOf(context)) {
      // Another process may have made it: whoever asks again finds it.
      if (!found) this.#lookSoon()
      throw sealedUnreadable(context, found ? 'damaged' : 'key_unknown')
    }
    if (!found.key) throw sealedUnreadable(context, 'key_destroyed')
    return openWith(found.key, sealed, context)
  }

  openText(sealed: Uint8Array, context: Context): string {
    return this.open(sealed, context).toString('utf8')
  }

  /**
   * What a text is found by without being readable: number of the key (2 bytes) and 16 bytes of HMAC-SM3 over its normal spelling. Equal texts
   * give equal indexes under one key.
   */
  blind(kind: BlindKind, text: string): Buffer {
    const { id, key } = this.#ring.current('blind', kind, this.#options.now().getTime())
    return blindWith(key, id, kind, text)
  }

  /** All indexes a text may be kept under: more than one while keys of the kind are being changed. For `= any(…)`. */
  blinds(kind: BlindKind, text: string): Buffer[] {
    return this.#ring.living('blind', kind).map(({ id, key }) => blindWith(key, id, kind, text))
  }

  /** Payers as the two books keep them; equal payers have equal indexes for ever, as this key is never changed. */
  payers(payers: readonly string[]): string[] {
    const { key } = this.#ring.current('blind', 'payer', this.#options.now().getTime())
    if (this.#payers?.key !== key) this.#payers = { key, indexes: payerIndexes(key) }
    return this.#payers.indexes(payers)
  }

  payer(payer: string): string {
    return this.payers([payer])[0] as string
  }

  /** Number of the key that new values get. */
  currentKey(use: KeyUse, purpose: string): number {
    return this.#ring.current(use, purpose, this.#options.now().getTime()).id
  }

  /** Makes keys that are used from `activeFrom` on. Throws Failure master_key_wrong when the master key was changed since we started. */
  async newKeys(tx: pg.ClientBase, lines: readonly KeyLine[], by: string, activeFrom: Date): Promise<void> {
    await lockKeys(tx)
    const strange = (await readKeys(tx)).find(key => key.wrapped && key.master !== this.master)
    if (strange) throw masterKeyWrong(strange.master, this.master)
    await makeKeys(tx, this.#holders[0], lines, { by, at: this.#options.now(), activeFrom })
    await tellNews(tx)
  }

  /** Wraps all keys by another master key; what is sealed stays as it is. How many. */
  async rewrap(tx: pg.ClientBase, holder: KeyHolder): Promise<number> {
    await lockKeys(tx)
    const stored = await readKeys(tx)
    let count = 0
    for (const row of stored) {
      if (row.wrapped === null) continue
      if (row.master !== this.master) throw masterKeyWrong(row.master, this.master)
      const context = wrappingContext(row)
      const plain = await this.#holders[0].unwrap(row.wrapped, context)
      await rewrapKey(tx, row.id, await holder.wrap(plain, context), holder.id)
      count++
    }
    await tellNews(tx)
    return count
  }

  /** Looks at the keys again, and tells the database how often each was used. One look at a time; each begins after it was asked for. */
  refresh(): Promise<void> {
    this.#looking = this.#looking.catch(() => {}).then(() => this.#readAgain())
    return this.#looking
  }

  async #readAgain(): Promise<void> {
    const { db } = this.#options
    const counted = new Map(this.#seals)
    if (counted.size > 0) {
      await addSeals(db.pool, counted)
      for (const [id, count] of counted) this.#seals.set(id, (this.#seals.get(id) ?? 0) - count)
    }
    const stored = await readKeys(db.pool)
    await this.#followMaster(stored)
    this.#ring = await unwrapAll(stored, this.#holders[0], this.#ring)
    this.#note(stored)
    this.#refreshed = performance.now()
  }

  /** Another process may have wrapped the keys by another master key. What is in memory still serves; what is made from now on is made under the new one. */
  async #followMaster(stored: readonly StoredKey[]): Promise<void> {
    const { successor, log } = this.#options
    const strange = stored.find(key => key.wrapped !== null && key.master !== this.master)
    if (!strange || !successor) return
    try {
      const next = await successor()
      this.#holders = [next, ...this.#holders.filter(({ id }) => id !== next.id)]
      log.info({ master: next.id }, 'the master key was changed; the new one is used')
    } catch (error) {
      if (!this.#missed.has(strange.master))
        log.warn(
          { err: error, master: strange.master },
          'the master key was changed, and this process does not find the new one',
        )
      this.#missed.add(strange.master)
    }
  }

  /** Hears of new keys at once instead of within half a minute. */
  async listen(listener: Listener): Promise<void> {
    const look = () => void this.#look()
    this.#unsubscribe = await listener.subscribe(NEWS, { message: look, gap: look })
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#unsubscribe?.()
    const counted = [...this.#seals].some(([, count]) => count > 0)
    if (counted) await this.#look()
    await this.#looking.catch(() => {})
  }

  /** However many ask, one look is enough. */
  #lookSoon(): void {
    if (this.#soon) return
    this.#soon = true
    void this.#look().finally(() => (this.#soon = false))
  }

  async #look(): Promise<void> {
    await this.refresh().catch(error => this.#options.log.warn({ err: error }, 'the keys could not be looked at'))
  }

  #note(stored: readonly StoredKey[]): void {
    for (const { id, seals } of stored) this.#totals.set(id, seals)
  }
}

/** What a key is for. */
export type KeyLine = { readonly use: KeyUse; readonly purpose: string }

const LINES: readonly KeyLine[] = [
  ...PURPOSES.map(purpose => ({ use: 'seal' as const, purpose })),
  ...BLIND_KINDS.map(purpose => ({ use: 'blind' as const, purpose })),
]

function missing(stored: readonly StoredKey[]): KeyLine[] {
  const there = new Set(stored.map(({ use, purpose }) => `${use} ${purpose}`))
  return LINES.filter(({ use, purpose }) => !there.has(`${use} ${purpose}`))
}

async function makeKeys(
  tx: pg.ClientBase,
  holder: KeyHolder,
  lines: readonly KeyLine[],
  { by, at, activeFrom }: { readonly by: string; readonly at: Date; readonly activeFrom: Date },
): Promise<void> {
  const ids = await nextKeyIds(tx, lines.length)
  const keys: NewKey[] = []
  for (const [index, { use, purpose }] of lines.entries()) {
    const id = ids[index] as number
    const key = randomBytes(use === 'seal' ? MASTER_KEY_BYTES : HMAC_KEY_BYTES)
    const wrapped = await holder.wrap(key, wrappingContext({ id, use, purpose }))
    keys.push({ id, use, purpose, wrapped, master: holder.id, createdAt: at, createdBy: by, activeFrom })
  }
  await insertKeys(tx, keys)
}

function blindWith(key: Parameters<typeof createHmac>[1], id: number, kind: BlindKind, text: string): Buffer {
  const index = Buffer.allocUnsafe(2 + BLIND_BYTES)
  index.writeUInt16BE(id)
  createHmac('sm3', key).update(normalised(kind, text)).digest().copy(index, 2, 0, BLIND_BYTES)
  return index
}

const vaultStale = (): Failure =>
  new Failure('vault_stale', {
    zh: '密钥状态已一小时未能核对，暂停加密新数据：请检查数据库连接',
    en: 'The keys could not be looked at for an hour, so nothing new is sealed: check the connection to the database',
  })

const keyExhausted = (id: number): Failure =>
  new Failure(
    'key_exhausted',
    {
      zh: `第 ${id} 号数据密钥已用满 2^32 次：请立即执行 fzpay vault rotate`,
      en: `Data key ${id} has been used 2^32 times: run fzpay vault rotate at once`,
    },
    { key: id },
  )
