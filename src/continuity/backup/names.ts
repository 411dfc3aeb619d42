/** Names of what lies in a repository, and positions in the WAL. Pure. */

/** A position in the WAL, in bytes. */
export type Lsn = bigint

/** `16/B374D848` as PostgreSQL writes it. */
export function parseLsn(text: string): Lsn {
  const [, high, low] = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text) ?? []
  if (high === undefined || low === undefined) throw new Error(`no position in the WAL: ${text}`)
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

export const lsnText = (lsn: Lsn): string =>
  `${(lsn >> 32n).toString(16)}/${(lsn & 0xffffffffn).toString(16)}`.toUpperCase()

/** A file of the WAL: 16 MB of one timeline, by its number from the beginning. */
export type Segment = { readonly timeline: number; readonly no: number }

const perXlogId = (bytes: number): number => 2 ** 32 / bytes
const hex8 = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0')

/** `000000010000000000000005`, as PostgreSQL names its file. `bytes`: size of a segment. */
export const segmentName = ({ timeline, no }: Segment, bytes: number): string =>
  hex8(timeline) + hex8(Math.floor(no / perXlogId(bytes))) + hex8(no % perXlogId(bytes))

export function parseSegment(name: string, bytes: number): Segment | null {
  const [, timeline = '', high = '', low = ''] = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/.exec(name) ?? []
  if (timeline === '') return null
  return {
    timeline: Number.parseInt(timeline, 16),
    no: Number.parseInt(high, 16) * perXlogId(bytes) + Number.parseInt(low, 16),
  }
}

export const segmentOf = (lsn: Lsn, bytes: number): number => Number(lsn / BigInt(bytes))
export const segmentStart = (no: number, bytes: number): Lsn => BigInt(no) * BigInt(bytes)

export const WAL = 'wal/'
export const walObject = (segment: string): string => `${WAL}${segment.slice(0, 8)}/${segment}`
/** Where the beginning of a segment lies that is not full yet, part by part: each is named by the byte it begins with. */
export const partsOf = (segment: string): string => `${walObject(segment)}.partial/`
export const partObject = (segment: string, from: number): string => `${partsOf(segment)}${hex8(from)}`

/** Which segment an object of the archive is of; null: of none. */
export function segmentOfObject(name: string): { readonly segment: string; readonly partial: boolean } | null {
  const [, segment = '', partial] = /^wal\/[0-9A-F]{8}\/([0-9A-F]{24})(\.partial\/[0-9A-F]{8})?$/.exec(name) ?? []
  return segment === '' ? null : { segment, partial: partial !== undefined }
}
export const historyName = (timeline: number): string => `${hex8(timeline)}.history`
export const historyObject = (timeline: number): string => `${WAL}${historyName(timeline)}`

export const BASE = 'base/'
/** A base backup: when it began, and the file of the WAL it begins in, so that pruning needs no key. `20261126T140200Z-000000010000000000000005` */
export const baseName = (began: Date, segment: string): string =>
  `${began.toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${segment}`

export type BaseName = { readonly name: string; readonly began: Date; readonly segment: string }

export function parseBaseName(name: string): BaseName | null {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-([0-9A-F]{24})$/.exec(name)
  if (!found) return null
  const [, year, month, day, hour, minute, second, segment = ''] = found
  return { name, began: new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`), segment }
}

/** Written last: a base without it is none. */
export const manifestObject = (base: string): string => `${BASE}${base}/manifest`
export const pieceObject = (base: string, index: number): string =>
  `${BASE}${base}/piece-${String(index).padStart(6, '0')}`
