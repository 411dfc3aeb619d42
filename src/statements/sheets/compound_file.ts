/** The container of old Excel files ([MS-CFB]): sectors that are chained by a table of which sector comes next. */

const SIGNATURE = 0xd0cf11e0
const HEADER = 512
/** Where the header lists the sectors of the table: these, and where more of them are listed. */
const TABLE_SECTORS = 76
const TABLE_SECTORS_MAX = 109
const MORE_TABLE = 68
const DIRECTORY = 48
const ENTRY = 128
/** Smaller streams lie in a stream of their own, which is chained as well. */
const SMALL_STREAM = 4_096

/**
 * Whether every chain that leads to the content has an end. A damaged file may chain a sector back to an earlier one; the library
 * that reads the content follows it until its memory is used up (our nightly run found it, seed 7002172).
 */
export function chainsEnd(file: Buffer): boolean {
  if (file.length < HEADER || file.readUInt32BE(0) !== SIGNATURE) return true
  const shift = file.readUInt16LE(30)
  if (shift !== 9 && shift !== 12) return true
  const size = 1 << shift
  const table = tableSectors(file, size)
  if (!table) return false
  const next = (sector: number): number => {
    const at = sector * 4
    const holder = table[Math.floor(at / size)] ?? -1
    return holder < 0 ? -1 : integerAt(file, (holder + 1) * size + (at % size))
  }
  const directory = chainOf(file.readInt32LE(DIRECTORY), next, (table.length * size) / 4)
  if (!directory) return false
  return directory.every(sector => {
    for (let at = (sector + 1) * size; at < (sector + 2) * size; at += ENTRY)
      if (integerAt(file, at + 120) >= SMALL_STREAM || file[at + 66] === ROOT) {
        if (!chainOf(integerAt(file, at + 116), next, (table.length * size) / 4)) return false
      }
    return true
  })
}

/** The entry of the directory whose stream holds the small ones. */
const ROOT = 5

/** null: the lists of the table go round in a circle themselves. */
function tableSectors(file: Buffer, size: number): number[] | null {
  const sectors: number[] = []
  for (let i = 0; i < TABLE_SECTORS_MAX; i++) sectors.push(file.readInt32LE(TABLE_SECTORS + i * 4))
  let more = file.readInt32LE(MORE_TABLE)
  for (let lists = 0; more >= 0; lists++) {
    if (lists > file.length / size) return null
    const from = (more + 1) * size
    for (let at = from; at < from + size - 4; at += 4) sectors.push(integerAt(file, at))
    more = integerAt(file, from + size - 4)
  }
  return sectors
}

/** null: it has no end, or is longer than the table. */
function chainOf(start: number, next: (sector: number) => number, most: number): number[] | null {
  const chain: number[] = []
  for (let sector = start; sector >= 0; sector = next(sector)) {
    if (chain.length >= most) return null
    chain.push(sector)
  }
  return chain
}

const integerAt = (file: Buffer, at: number): number => (at + 4 <= file.length ? file.readInt32LE(at) : -1)
