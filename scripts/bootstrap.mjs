// What `npm start` and `npm test` run, on a fresh clone too: node scripts/bootstrap.mjs SCRIPT.ts [WORDS…]
import { ensureInstalled, handOver, refuse } from './runtime.mjs'

const [script = 'src/cli.ts', ...words] = process.argv.slice(2)
// Only the running product is content without the tools for tests (`npm ci --omit=dev`).
await ensureInstalled({ dev: !script.startsWith('src/') && script !== 'scripts/build-web.ts' }).catch(refuse)
await handOver(script, words).catch(refuse)
