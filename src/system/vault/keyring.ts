import { createSecretKey, type KeyObject } from 'node:crypto'
import { Failure } from '../../kernel/failure.ts'
import type { KeyUse, StoredKey } from './key_store.ts'
import type { KeyHolder } from './master_key.ts'

export type RingKey = {
  readonly id: number
  readonly use: KeyUse
  readonly purpose: string
  readonly activeFrom: number
  /** null: destroyed. */
  readonly key: KeyObject | null
}

/** All keys, unwrapped, in memory; which one is used for what is new follows from the time. */
export class Keyring {
  readonly #byId = new Map<number, RingKey>()
  readonly #lines = new Map<string, RingKey[]>()
  #current = new Map<string, RingKey>()
  #goodUntil = 0

  constructor(keys: readonly RingKey[]) {
    for (const key of keys) {
      this.#byId.set(key.id, key)
      const line = lineOf(key.use, key.purpose)
      this.#lines.set(line, [...(this.#lines.get(line) ?? []), key])
    }
    for (const line of this.#lines.values()) line.sort((a, b) => a.activeFrom - b.activeFrom || a.id - b.id)
  }

  find(id: number): RingKey | undefined {
    return this.#byId.get(id)
  }

  /** The key for what is sealed or indexed now. A purpose that was never given one is a bug. */
  current(use: KeyUse, purpose: string, atMs: number): RingKey & { readonly key: KeyObject } {
    if (atMs >= this.#goodUntil) this.#choose(atMs)
    const found = this.#current.get(lineOf(use, purpose))
    if (!found?.key) throw new Error(`the vault has no key to ${use} ${purpose}`)
    return found as RingKey & { readonly key: KeyObject }
  }

  /** All keys of a purpose that can still be used, newest first. */
  living(use: KeyUse, purpose: string): readonly (RingKey & { readonly key: KeyObject })[] {
    const line = this.#lines.get(lineOf(use, purpose)) ?? []
    return line.filter((key): key is RingKey & { readonly key: KeyObject } => key.key !== null).toReversed()
  }

  /** A clock that runs behind its neighbour's finds no key active yet: then the oldest is. */
  #choose(atMs: number): void {
    this.#current = new Map()
    this.#goodUntil = Number.POSITIVE_INFINITY
    for (const [line, keys] of this.#lines) {
      const active = keys.findLast(key => key.activeFrom <= atMs && key.key) ?? keys.find(key => key.key)
      if (active) this.#current.set(line, active)
      for (const key of keys) if (key.activeFrom > atMs) this.#goodUntil = Math.min(this.#goodUntil, key.activeFrom)
    }
  }
}

const lineOf = (use: KeyUse, purpose: string): string => `${use} ${purpose}`

/** What a key is wrapped for: taken out of its row it opens nothing. */
export const wrappingContext = ({ id, use, purpose }: Pick<StoredKey, 'id' | 'use' | 'purpose'>): string =>
  `vault_keys/${id}/${use}/${purpose}`

/** Unwraps what the database holds; keys that `known` has already are not unwrapped again. */
export async function unwrapAll(
  stored: readonly StoredKey[],
  holder: KeyHolder,
  known: Keyring | undefined,
): Promise<Keyring> {
  const keys: RingKey[] = []
  for (const row of stored) {
    const { id, use, purpose } = row
    const earlier = known?.find(id)
    const key = row.wrapped === null ? null : (earlier?.key ?? (await unwrapped(row, row.wrapped, holder)))
    keys.push({ id, use, purpose, activeFrom: row.activeFrom.getTime(), key })
  }
  return new Keyring(keys)
}

async function unwrapped(row: StoredKey, wrapped: Buffer, holder: KeyHolder): Promise<KeyObject> {
  if (row.master !== holder.id) throw masterKeyWrong(row.master, holder.id)
  try {
    return createSecretKey(await holder.unwrap(wrapped, wrappingContext(row)))
  } catch {
    throw new Failure(
      'vault_key_damaged',
      {
        zh: `密钥库 vault_keys 第 ${row.id} 号密钥无法解开：该行已被改动，请从备份恢复`,
        en: `Key ${row.id} of vault_keys cannot be unwrapped: the row was altered; restore it from a backup`,
      },
      { key: row.id },
    )
  }
}

export const masterKeyWrong = (needed: string, given: string): Failure =>
  new Failure(
    'master_key_wrong',
    {
      zh: `主密钥不对：数据是用主密钥 ${needed} 加密的，给出的是 ${given}；请换回 ${needed} 的密钥文件或备份，没有它数据无法读取`,
      en: `This is the wrong master key: the data is sealed under ${needed}, and ${given} was given; put back the key file of ${needed} or its backup, without it nothing can be read`,
    },
    { needed, given },
  )
