import pg from 'pg'

/** A statement as it went to the database. */
export type Recorded = { readonly name: string; readonly text: string }

const STATEMENT = /^\s*(?:select|insert|update|delete|with)\b/i
const NAME_LENGTH = 110

/**
 * What the work sends to any database from this process, each text once, in the order of sending. Beginnings and ends of transactions, settings and
 * the like are left out. A statement without a name of its own is called by its beginning, without what a select gives.
 */
export async function recorded(work: () => Promise<unknown>): Promise<readonly Recorded[]> {
  const found = new Map<string, Recorded>()
  const send = pg.Client.prototype.query
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [first] = args
    const config = typeof first === 'string' ? { text: first } : (first as { text?: string; name?: string })
    const { text } = config
    if (typeof text === 'string' && STATEMENT.test(text) && !found.has(text))
      found.set(text, { name: ('name' in config && config.name) || beginningOf(text), text })
    return Reflect.apply(send, this, args)
  } as typeof send
  try {
    await work()
  } finally {
    pg.Client.prototype.query = send
  }
  return [...found.values()]
}

const beginningOf = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/^select .*? from /, 'select … from ')
    .slice(0, NAME_LENGTH)
