#!/usr/bin/env node
// The `fzpay` command under any Node from 20 on: src/cli.ts runs on the package's own Node 26.
import { ensureInstalled, handOver, refuse } from '../scripts/runtime.mjs'

await ensureInstalled({ dev: false }).catch(refuse)
await handOver('src/cli.ts', process.argv.slice(2)).catch(refuse)
