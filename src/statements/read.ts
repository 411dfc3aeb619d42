import { basename } from 'node:path'
import { Failure } from '../kernel/failure.ts'
import { Collector } from './collector.ts'
import { type Opened, openContainer, type Part } from './container.ts'
import { type Digest, digestOf, sm3Of } from './digest.ts'
import { Decoder, decodeStrictly, encodingOf } from './encoding.ts'
import type { Asked, Format, Probe, Reader, ReaderHead } from './format.ts'
import { FORMATS } from './formats/index.ts'
import { unknownBinary, unrecognised } from './refusals.ts'
import type { Encoding, Line, Problem, Statement, StatementHead, StatementOptions } from './statement.ts'

const PROBE_BYTES = 256 << 10
const COMPANION_BYTES_MAX = 8 << 20
/** Lines handed over together: enough to make the hand-over free, few enough to stay in the cache. */
const BATCH = 2_048
/** Below this score a format has no claim. */
const SCORE_MIN = 0.3

/** A part whose beginning has been read. */
type Opening = {
  readonly part: Part
  readonly encoding: Encoding
  readonly probe: Probe
  readonly start: readonly Uint8Array[]
  readonly rest: AsyncIterator<Uint8Array>
}

type Recognised = { readonly format: Format; readonly score: number; readonly opening: Opening }

/**
 * Opens a statement of any known format: container → encoding → format are settled from its first bytes; its records are
 * read by iterating. Throws a Failure that names the file and what to do when it is no readable statement.
 */
export async function openStatement(
  path: string,
  options: StatementOptions & { name?: string } = {},
): Promise<Statement> {
  const name = options.name ?? basename(path)
  const opened = await openContainer(path, name, options.limits, options.onProgress)
  const open: Opening[] = []
  try {
    const { records, companions, ignored } = await recognise(opened, options, name, open)
    const into = new Collector(name)
    for (const entry of ignored)
      into.warn({}, 'entry_ignored', {
        zh: `压缩包里的“${entry}”不是对账单，已忽略：请确认`,
        en: `"${entry}" in the zip is no statement and is ignored: please check`,
      })
    const main = records[0]!
    const reader = readerOf(main, into, opened, name)
    const state: Reading = {
      opened,
      options,
      into,
      records,
      companions,
      reader,
      digest: null,
      encoding: main.opening.encoding,
      open,
    }
    if (options.digest !== false) state.digest = digestOf(opened.fd, opened.bytes)
    return statementOf(state, name)
  } catch (error) {
    await closeAll(open, opened)
    throw error
  }
}

/** A reader whose columns need a person's word says so in a Failure; it is completed here with what only the pipeline knows. */
function readerOf({ format, opening }: Recognised, into: Collector, opened: Opened, name: string): Reader {
  try {
    return format.read(opening.probe, into)
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'columns_unsure') throw error
    const { head, problems } = error.detail as { head: ReaderHead; problems: readonly Problem[] }
    const { container, bytes, fd } = opened
    const asked: Asked = {
      head: {
        file: name,
        bytes,
        container,
        encoding: opening.encoding,
        format: format.name,
        channel: format.channel,
        ...head,
      },
      sm3: sm3Of(fd),
      problems,
    }
    throw new Failure(error.code, error, { file: name, columns: problems.map(problem => problem.column), asked })
  }
}

type Reading = {
  readonly opened: Opened
  readonly options: StatementOptions
  readonly into: Collector
  readonly records: readonly Recognised[]
  readonly companions: readonly Opening[]
  readonly reader: Reader
  readonly open: Opening[]
  digest: Digest | null
  encoding: Encoding
}

function statementOf(state: Reading, name: string): Statement {
  const { into, opened, reader, records } = state
  let sm3: string | null = null
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    await state.digest?.cancel()
    await closeAll(state.open, opened)
  }
  const head: StatementHead = {
    file: name,
    bytes: opened.bytes,
    container: opened.container,
    get encoding() {
      return state.encoding
    },
    format: records[0]!.format.name,
    channel: records[0]!.format.channel,
    ...reader.head,
  }
  return {
    head,
    records: async function* () {
      try {
        for (const recognised of records) yield* readPart(state, recognised)
        sm3 = state.digest ? await state.digest.done : null
      } finally {
        await close()
      }
    },
    rejected: () => into.takeRejected(),
    end: () => into.end(sm3),
    close,
  }
}

async function* readPart(state: Reading, { format, opening }: Recognised): AsyncGenerator<readonly Line[]> {
  const { into, records } = state
  const first = opening === records[0]!.opening
  const reader = first ? state.reader : format.read(opening.probe, into)
  const decoder = new Decoder(opening.encoding, into.file)
  const feed = (bytes: Uint8Array): void => {
    reader.push(format.feed === 'bytes' ? Buffer.from(bytes).toString('latin1') : decoder.decode(bytes))
    if (first) state.encoding = decoder.encoding
  }
  for (const piece of opening.start) {
    feed(piece)
    if (into.batched >= BATCH) yield into.takeBatch()
  }
  for (let next = await opening.rest.next(); !next.done; next = await opening.rest.next()) {
    feed(next.value)
    if (into.batched >= BATCH) yield into.takeBatch()
  }
  if (format.feed === 'decoded') reader.push(decoder.end())
  for (const companion of state.companions)
    reader.companion?.(await wholeText(companion, into.file), companion.part.name)
  reader.end()
  if (into.batched > 0) yield into.takeBatch()
}

async function recognise(
  opened: Opened,
  options: StatementOptions,
  name: string,
  open: Opening[],
): Promise<{ records: Recognised[]; companions: Opening[]; ignored: string[] }> {
  const candidates: Recognised[] = []
  const rest: Opening[] = []
  const ignored: string[] = []
  let refusal: Failure | null = null
  for (const part of opened.parts) {
    const opening = await openPart(part, options, opened.parts.length > 1 ? `${name}/${part.name}` : name)
    if (opening instanceof Failure) {
      refusal ??= opening
      ignored.push(part.name)
      continue
    }
    open.push(opening)
    const best = bestFormat(opening)
    if (best) candidates.push(best)
    else rest.push(opening)
  }
  const top = Math.max(...candidates.map(candidate => candidate.score))
  const format = candidates.find(candidate => candidate.score === top)?.format
  if (!format) throw refusal ?? unrecognised(name, rest[0]?.probe.text ?? '')
  // The generic format claims anything with a header row; beside a statement of a known format that is no second statement.
  const records = candidates.filter(
    candidate => candidate.format === format && !format.recogniseCompanion?.(candidate.opening.probe),
  )
  const others = [
    ...rest,
    ...candidates.filter(candidate => !records.includes(candidate)).map(candidate => candidate.opening),
  ]
  const companions = others.filter(other => format.recogniseCompanion?.(other.probe) === true)
  ignored.push(...others.filter(other => !companions.includes(other)).map(other => other.part.name))
  return { records, companions, ignored }
}

function bestFormat(opening: Opening): Recognised | null {
  let best: Recognised | null = null
  for (const format of FORMATS) {
    const score = format.recognise(opening.probe)?.score ?? 0
    if (score >= SCORE_MIN && score > (best?.score ?? 0)) best = { format, score, opening }
  }
  return best
}

/** Reads the beginning of a part; a Failure where it is no text. */
async function openPart(part: Part, options: StatementOptions, name: string): Promise<Opening | Failure> {
  const rest = part.open()[Symbol.asyncIterator]()
  const start: Uint8Array[] = []
  let length = 0
  let whole = false
  while (length < PROBE_BYTES) {
    const next = await rest.next()
    if (next.done) {
      whole = true
      break
    }
    // The next piece may be read into the same buffer.
    start.push(Buffer.from(next.value))
    length += next.value.length
  }
  const bytes = Buffer.concat(start).subarray(0, PROBE_BYTES)
  const encoding = encodingOf(bytes, whole && length <= PROBE_BYTES)
  if (encoding === null || bytes.length === 0) {
    await rest.return?.()
    return unknownBinary(name, bytes)
  }
  const text = probeText(bytes, encoding)
  return { part, encoding, probe: { name, text, bytes, whole: whole && length <= PROBE_BYTES, options }, start, rest }
}

function probeText(bytes: Uint8Array, encoding: Encoding): string {
  const decoder = new Decoder(encoding, '')
  return decodeStrictly(bytes, encoding)?.replace(/^\ufeff/, '') ?? decoder.decode(bytes) + decoder.end()
}

async function wholeText(opening: Opening, name: string): Promise<string> {
  const decoder = new Decoder(opening.encoding, name)
  let text = ''
  for (const piece of opening.start) text += decoder.decode(piece)
  for (let next = await opening.rest.next(); !next.done; next = await opening.rest.next()) {
    text += decoder.decode(next.value)
    if (text.length > COMPANION_BYTES_MAX) break
  }
  return text + decoder.end()
}

async function closeAll(open: readonly Opening[], opened: Opened): Promise<void> {
  for (const opening of open) await opening.rest.return?.()
  await opened.close()
}
