/** Run as a process of its own by one that exits without closing its database: stops the server if it was the last user. */
import { stopIfUnused } from './embedded.ts'
import type { Place } from './postgres_place.ts'

await stopIfUnused(JSON.parse(process.argv[2] ?? '') as Place)
