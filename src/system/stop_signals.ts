const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Resolves at the first signal to stop; a second one ends the process at once, as nothing of ours may hold it then. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    let first = true
    for (const name of SIGNALS)
      process.on(name, () => {
        if (!first) process.exit(128 + (name === 'SIGINT' ? 2 : name === 'SIGTERM' ? 15 : 1))
        first = false
        resolve(name)
      })
  })
}
