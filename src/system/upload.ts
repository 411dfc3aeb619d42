import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Failure } from '../kernel/failure.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route for files takes, judged by content. Such a route also states its `bodyLimit`: the frame registers none without. */
    upload?: readonly FileKind[]
  }
}

export const FILE_KINDS = ['text', 'zip', 'ole', 'pdf', 'png', 'jpeg', 'gzip', 'program', 'unknown'] as const
export type FileKind = (typeof FILE_KINDS)[number]

/** How files begin. xlsx is a zip, xls is ole. */
const MAGIC: readonly (readonly [FileKind, Buffer])[] = [
  ['zip', Buffer.from('PK\u0003\u0004')],
  ['ole', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
  ['pdf', Buffer.from('%PDF-')],
  ['png', Buffer.from('89504e470d0a1a0a', 'hex')],
  ['jpeg', Buffer.from('ffd8ff', 'hex')],
  ['gzip', Buffer.from('1f8b', 'hex')],
  ['program', Buffer.from('\u007fELF')],
  ['program', Buffer.from('MZ')],
  ['program', Buffer.from('#!')],
  ['program', Buffer.from('cafebabe', 'hex')],
  ['program', Buffer.from('cffaedfe', 'hex')],
  ['program', Buffer.from('0061736d', 'hex')],
]

/** So much of the beginning says what it is. */
export const HEAD_BYTES = 4096

/** What a file is by its first bytes, whatever its name and content type say. */
export function fileKind(head: Uint8Array): FileKind {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, HEAD_BYTES))
  const found = MAGIC.find(([, magic]) => bytes.subarray(0, magic.length).equals(magic))
  // A CSV may well begin with the letters MZ; a program goes on with what no text has.
  if (found && !(found[0] === 'program' && isText(bytes) && !bytes.subarray(0, 2).equals(Buffer.from('#!'))))
    return found[0]
  return isText(bytes) ? 'text' : 'unknown'
}

/** Text has no NUL and no control characters but those of lines and tabs; in UTF-16 digits and commas have a NUL each, on one side of them all. */
function isText(bytes: Buffer): boolean {
  if (startsAsUtf16(bytes)) return true
  const nuls = [0, 0]
  let controls = 0
  for (const [at, byte] of bytes.entries()) {
    if (byte === 0) nuls[at % 2]!++
    else if (byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b)) controls++
  }
  const [even = 0, odd = 0] = nuls
  if (even + odd === 0) return controls === 0
  return Math.min(even, odd) === 0 && Math.max(even, odd) >= bytes.length / 8 && bytes.length > 8
}

const startsAsUtf16 = (bytes: Buffer): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)

export type UploadLimits = { readonly bytesMax: number; readonly kinds: readonly FileKind[] }

/**
 * The body of a request as a file in a folder of its own, for as long as the work takes. Nothing beyond the limits is written: what it is shows
 * in the first bytes. Throws body_missing, file_too_large, upload_type_wrong, and what the work throws.
 */
export async function laidDown<T>(
  body: unknown,
  { bytesMax, kinds }: UploadLimits,
  work: (path: string) => Promise<T>,
): Promise<T> {
  if (!(body instanceof Readable)) throw bodyMissing()
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-upload-'))
  const path = join(folder, 'file')
  let size = 0
  try {
    await pipeline(
      body,
      async function* (pieces: AsyncIterable<Buffer>) {
        let head: Buffer | null = Buffer.alloc(0)
        for await (const piece of pieces) {
          size += piece.length
          if (size > bytesMax) throw fileTooLarge(bytesMax)
          if (head !== null) {
            head = Buffer.concat([head, piece])
            if (head.length < HEAD_BYTES) continue
            checkKind(head, kinds)
            yield head
            head = null
          } else yield piece
        }
        if (head !== null && head.length > 0) {
          checkKind(head, kinds)
          yield head
        }
      },
      createWriteStream(path, { mode: 0o600 }),
    )
    if (size === 0) throw bodyMissing()
    return await work(path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function checkKind(head: Buffer, kinds: readonly FileKind[]): void {
  const found = fileKind(head)
  if (!kinds.includes(found)) throw typeWrong(found, kinds)
}

const NAMES: Readonly<Record<FileKind, { zh: string; en: string }>> = {
  text: { zh: '文本（CSV）', en: 'text (CSV)' },
  zip: { zh: 'xlsx 或 zip', en: 'xlsx or zip' },
  ole: { zh: 'xls', en: 'xls' },
  pdf: { zh: 'PDF', en: 'PDF' },
  png: { zh: 'PNG', en: 'PNG' },
  jpeg: { zh: 'JPEG', en: 'JPEG' },
  gzip: { zh: 'gzip', en: 'gzip' },
  program: { zh: '程序', en: 'a program' },
  unknown: { zh: '未知的二进制文件', en: 'an unknown binary file' },
}

const typeWrong = (found: FileKind, kinds: readonly FileKind[]): Failure =>
  new Failure(
    'upload_type_wrong',
    {
      zh: `文件内容是${NAMES[found].zh}，此处只接受${kinds.map(kind => NAMES[kind].zh).join('、')}（按内容判断，与文件名无关）`,
      en: `By its content the file is ${NAMES[found].en}; ${kinds.map(kind => NAMES[kind].en).join(', ')} are taken here, whatever its name says`,
    },
    { found, expected: [...kinds] },
  )

const bodyMissing = (): Failure =>
  new Failure('body_missing', {
    zh: '请求体应为文件本身（Content-Type: application/octet-stream）',
    en: 'The body must be the file itself (Content-Type: application/octet-stream)',
  })

const fileTooLarge = (most: number): Failure =>
  new Failure(
    'file_too_large',
    {
      zh: `文件超过上限 ${most >> 20} MB：请拆成几个文件`,
      en: `The file has more than ${most >> 20} MB: split it into several files`,
    },
    { most },
  )
