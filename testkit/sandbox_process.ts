import { startSandbox } from '../src/channels/sandbox/sandbox.ts'

/** A sandbox in a process of its own, for tests that kill it: `sandbox_process.ts FOLDER`. */
const [, , folder = ''] = process.argv
const { url, accounts } = await startSandbox({ folder })
process.send?.({ url, accounts })
