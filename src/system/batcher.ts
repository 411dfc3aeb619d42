/**
 * Micro-batches: what arrives while earlier work is under way is done in one go next. Under no load an item waits for
 * nothing; under load a transaction carries hundreds, and an item is answered only when its transaction has ended.
 */
export type Batcher<In, Out> = {
  /** Resolves or rejects with the fate of this very item. */
  add(item: In): Promise<Out>
  /** Items that wait or are under way. */
  readonly depth: () => number
  /** Takes nothing more and resolves when everything taken is done. */
  close(): Promise<void>
}

export type BatcherOptions = {
  /** Items in one batch at most. */
  readonly most: number
  /** Batches under way at the same time. */
  readonly lanes: number
  /** Items that may wait; beyond it `add` rejects with `overloaded()`, so that memory stays bounded. */
  readonly queue: number
  readonly overloaded: () => Error
}

type Waiting<In, Out> = {
  readonly item: In
  readonly resolve: (value: Out) => void
  readonly reject: (reason: unknown) => void
}

/**
 * `work` answers each item of a batch, in order. When it throws, a batch of one fails; of a larger one each item is tried
 * alone, so that one that cannot be done (or a lost connection) does not take its neighbours along.
 */
export function batcher<In, Out>(
  work: (items: readonly In[]) => Promise<readonly Out[]>,
  { most, lanes, queue, overloaded }: BatcherOptions,
): Batcher<In, Out> {
  let waiting: Waiting<In, Out>[] = []
  let running = 0
  let underWay = 0
  let closed = false
  let drained: (() => void) | undefined

  const run = async (batch: readonly Waiting<In, Out>[]): Promise<void> => {
    try {
      const answers = await work(batch.map(entry => entry.item))
      for (const [index, entry] of batch.entries()) entry.resolve(answers[index] as Out)
    } catch (error) {
      if (batch.length === 1) return batch[0]?.reject(error)
      for (const entry of batch) await run([entry])
    }
  }

  const start = (): void => {
    while (running < lanes && waiting.length > 0) {
      const batch = waiting.length <= most ? waiting : waiting.slice(0, most)
      waiting = waiting.length <= most ? [] : waiting.slice(most)
      running++
      underWay += batch.length
      run(batch).then(() => {
        running--
        underWay -= batch.length
        if (waiting.length > 0) start()
        else if (running === 0) drained?.()
      })
    }
  }

  return {
    add: item =>
      new Promise((resolve, reject) => {
        if (closed || waiting.length >= queue) return reject(overloaded())
        waiting.push({ item, resolve, reject })
        // The requests that came in with this one are read in the same turn of the event loop.
        if (running < lanes) setImmediate(start)
      }),
    depth: () => waiting.length + underWay,
    close() {
      closed = true
      if (running === 0 && waiting.length === 0) return Promise.resolve()
      return new Promise(resolve => (drained = resolve))
    },
  }
}
