import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { crc32, createGunzip } from 'node:zlib'
import iconv from 'iconv-lite'
import yauzl from 'yauzl'
import { Failure } from '../kernel/failure.ts'
import { unwrapFileContent } from './file_content.ts'
import type { Container, Limits } from './statement.ts'

/** Small pieces keep their text in the young heap, and the peak memory of a 2 GB file under 200 MB. */
export const DEFAULT_LIMITS: Limits = {
  unpackedBytes: 16 * 2 ** 30,
  ratio: 300,
  rowLength: 1 << 20,
  pieceBytes: 64 << 10,
}
/** Bytes asked of the disk at a time: each reading costs a turn through the thread pool, as much as parsing some dozen rows. */
const READ_BYTES = 256 << 10
/** The ratio says nothing about small files. */
const RATIO_FROM = 32 << 20
/** A statement zip holds two to a few dozen entries. */
const ENTRIES_MAX = 200
/** A workbook has an entry for each sheet, picture and comment; what makes it one stands among the first. */
const BOOK_ENTRIES_MAX = 5_000

/** One file inside the container (the file itself where there is none). */
export type Part = { readonly name: string; readonly open: () => AsyncIterable<Uint8Array> }

export type Opened = {
  readonly container: Container
  readonly parts: readonly Part[]
  readonly fd: number
  readonly bytes: number
  readonly close: () => Promise<void>
}

/** What wraps the bytes, by their own word: names lie. */
export function containerOf(start: Uint8Array): Container {
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip'
  if (start[0] === 0x50 && start[1] === 0x4b && (start[2] === 3 || start[2] === 5 || start[2] === 7)) return 'zip'
  return 'none'
}

export async function openContainer(
  path: string,
  name: string,
  given: Partial<Limits> = {},
  onProgress?: (bytes: number) => void,
): Promise<Opened> {
  const limits = { ...DEFAULT_LIMITS, ...given }
  const handle = await openFile(path, name)
  try {
    const { size } = await handle.stat()
    const start = Buffer.alloc(8)
    const { bytesRead } = await handle.read(start, 0, 8, 0)
    if (bytesRead === 0)
      throw new Failure(
        'file_empty',
        { zh: `文件“${name}”是空的（0 字节）：请重新下载`, en: `file "${name}" is empty (0 bytes): download it again` },
        { file: name },
      )
    const container = containerOf(start.subarray(0, bytesRead))
    const guard = new Guard(name, size, limits)
    const plain: Part = { name, open: () => piecesOf(handle, limits.pieceBytes, onProgress) }
    const opened = { container, fd: handle.fd, bytes: size }
    if (container === 'none') {
      const inner = await unwrapFileContent(handle, size, name, limits)
      if (inner === null) return { ...opened, parts: [plain], close: () => handle.close() }
      const parts = await zipParts(await openZip(inner, name), name, guard)
      return { ...opened, container: 'zip', parts, close: () => handle.close() }
    }
    if (container === 'gzip') {
      const part: Part = { name, open: () => guard.watch(gunzip(plain.open(), limits.pieceBytes, name)) }
      return { ...opened, parts: [part], close: () => handle.close() }
    }
    if (((start[6] ?? 0) & ENCRYPTED) !== 0) throw zipEncrypted(name)
    const zip = await openZip(handle.fd, name)
    // A workbook is a zip by its make only: nothing was packed by anyone.
    if (await isWorkbook(handle.fd, name))
      return { ...opened, container: 'none', parts: [plain], close: () => handle.close() }
    const parts = await zipParts(zip, name, guard)
    return { ...opened, parts, close: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function openFile(path: string, name: string): Promise<FileHandle> {
  let handle: FileHandle
  try {
    handle = await open(path, 'r')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new Failure(
        'file_missing',
        { zh: `找不到文件“${path}”：请检查路径`, en: `there is no file "${path}": check the path` },
        { file: path },
      )
    if (code === 'EACCES' || code === 'EPERM')
      throw new Failure(
        'file_unreadable',
        {
          zh: `没有权限读取文件“${path}”：请检查文件权限`,
          en: `file "${path}" may not be read: check its permissions`,
        },
        { file: path },
      )
    throw error
  }
  if ((await handle.stat()).isFile()) return handle
  await handle.close()
  throw new Failure(
    'file_not_regular',
    {
      zh: `“${name}”不是普通文件（可能是目录）：请指定对账单文件`,
      en: `"${name}" is not a file (a directory?): name a statement file`,
    },
    { file: path },
  )
}

/** Reads ahead: the next block is on its way while the pieces of this one are parsed. */
async function* piecesOf(
  handle: FileHandle,
  size: number,
  onProgress?: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const block = Math.max(size, READ_BYTES)
  const buffers = [Buffer.allocUnsafe(block), Buffer.allocUnsafe(block)]
  let position = 0
  let coming = handle.read(buffers[0]!, 0, block, 0)
  try {
    for (let turn = 0; ; turn ^= 1) {
      const { bytesRead } = await coming
      if (bytesRead === 0) return
      position += bytesRead
      coming = handle.read(buffers[turn ^ 1]!, 0, block, position)
      for (let from = 0; from < bytesRead; from += size)
        yield buffers[turn]!.subarray(from, Math.min(from + size, bytesRead))
      onProgress?.(position)
    }
  } finally {
    await coming.catch(() => {})
  }
}

async function* gunzip(packed: AsyncIterable<Uint8Array>, size: number, name: string): AsyncGenerator<Uint8Array> {
  // The buffers are read into again, and the unpacker may still hold a piece when the next one is asked for.
  const copies = (async function* () {
    for await (const piece of packed) yield Buffer.from(piece)
  })()
  const source = Readable.from(copies)
  const unpacker = createGunzip({ chunkSize: Math.max(64, size) })
  source.on('error', error => unpacker.destroy(error))
  try {
    for await (const piece of source.pipe(unpacker)) yield piece as Uint8Array
  } catch (error) {
    throw packingFailure(error, name)
  } finally {
    source.destroy()
  }
}

const openZip = (from: number | Buffer, name: string): Promise<yauzl.ZipFile> =>
  new Promise((resolve, reject) => {
    const options = { autoClose: false, lazyEntries: true, decodeStrings: false, validateEntrySizes: true }
    const opened = (error: Error | null, zip: yauzl.ZipFile) =>
      error ? reject(packingFailure(error, name)) : resolve(zip)
    if (typeof from === 'number') yauzl.fromFd(from, options, opened)
    else yauzl.fromBuffer(from, options, opened)
  })

/** Files of other programs that are zips too: what stands in them, and what to do. */
const OTHER_BOOKS: readonly [entry: string, zh: string, en: string][] = [
  ['xl/workbook.bin', 'Excel 二进制工作簿（xlsb）', 'a binary Excel workbook (xlsb)'],
  ['word/document.xml', 'Word 文档', 'a Word document'],
  ['content.xml', 'OpenDocument 文件（ods）', 'an OpenDocument file (ods)'],
]

async function isWorkbook(fd: number, name: string): Promise<boolean> {
  const zip = await openZip(fd, name)
  const names = await new Promise<readonly string[]>((resolve, reject) => {
    const found: string[] = []
    zip.on('error', error => reject(packingFailure(error, name)))
    zip.on('end', () => resolve(found))
    zip.on('entry', (entry: yauzl.Entry) => {
      found.push(nameOf(entry))
      if (found.length >= BOOK_ENTRIES_MAX) resolve(found)
      else zip.readEntry()
    })
    zip.readEntry()
  })
  if (names.includes('xl/workbook.xml')) return true
  const other = OTHER_BOOKS.find(
    ([entry]) => names.includes(entry) && (names.includes('[Content_Types].xml') || names.includes('mimetype')),
  )
  if (!other) return false
  throw new Failure(
    'file_binary',
    {
      zh: `文件“${name}”是${other[1]}，不支持：请另存为 xlsx 或 CSV 后再提交`,
      en: `file "${name}" is ${other[2]}, which is not read: save it as xlsx or CSV`,
    },
    { file: name, found: other[2] },
  )
}

/** Bit 0 of the flags of an entry, in the archive's list and before the entry itself (ZIP, APPNOTE 4.4.4). */
const ENCRYPTED = 1

const zipEncrypted = (name: string): Failure =>
  new Failure(
    'zip_encrypted',
    {
      zh: `压缩包“${name}”有密码：请先用密码解压，再使用解压出来的文件`,
      en: `"${name}" has a password: unpack it with the password first and give the unpacked file`,
    },
    { file: name },
  )

async function zipParts(zip: yauzl.ZipFile, name: string, guard: Guard): Promise<readonly Part[]> {
  const parts: Part[] = []
  for (const entry of await entriesOf(zip, name)) {
    const entryName = nameOf(entry)
    refuseEscape(entryName, name)
    if (entryName.endsWith('/') || entryName.startsWith('__MACOSX/')) continue
    if ((entry.generalPurposeBitFlag & ENCRYPTED) !== 0) throw zipEncrypted(name)
    parts.push({ name: entryName, open: () => guard.watch(unzip(zip, entry, name, entryName)) })
  }
  if (parts.length === 0)
    throw new Failure(
      'zip_empty',
      { zh: `压缩包“${name}”里没有文件：请重新下载`, en: `zip "${name}" holds no file: download it again` },
      { file: name },
    )
  return parts
}

const entriesOf = (zip: yauzl.ZipFile, name: string): Promise<yauzl.Entry[]> =>
  new Promise((resolve, reject) => {
    const entries: yauzl.Entry[] = []
    zip.on('error', error => reject(packingFailure(error, name)))
    zip.on('end', () => resolve(entries))
    zip.on('entry', (entry: yauzl.Entry) => {
      entries.push(entry)
      if (entries.length > ENTRIES_MAX)
        reject(
          new Failure(
            'zip_too_many_entries',
            {
              zh: `压缩包“${name}”里有超过 ${ENTRIES_MAX} 个文件，不像对账单：请解压后只提交对账单`,
              en: `zip "${name}" holds more than ${ENTRIES_MAX} files, which is no statement: unpack it and give the statement only`,
            },
            { file: name },
          ),
        )
      else zip.readEntry()
    })
    zip.readEntry()
  })

/** Alipay's entry names are GBK without the UTF-8 flag. */
function nameOf(entry: yauzl.Entry): string {
  const raw = entry.fileName as unknown as Buffer
  if ((entry.generalPurposeBitFlag & 0x800) !== 0) return raw.toString('utf8')
  return iconv.decode(raw, 'gb18030')
}

/** Nothing is ever written where an entry name says; a name that tries to leave its folder still tells of a hostile file. */
function refuseEscape(entryName: string, name: string): void {
  const steps = entryName.split(/[\\/]/)
  if (!steps.includes('..') && !/^([\\/]|[A-Za-z]:)/.test(entryName) && !entryName.includes('\0')) return
  throw new Failure(
    'zip_path_escape',
    {
      zh: `压缩包“${name}”里的文件名“${entryName}”指向包外的路径，已拒绝：请向来源确认此文件`,
      en: `zip "${name}" holds an entry "${entryName}" that points outside of it; refused: ask where the file comes from`,
    },
    { file: name, entry: entryName },
  )
}

async function* unzip(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry,
  name: string,
  entryName: string,
): AsyncGenerator<Uint8Array> {
  const stream = await new Promise<Readable>((resolve, reject) => {
    zip.openReadStream(entry, (error, opened) => (error ? reject(packingFailure(error, name)) : resolve(opened)))
  })
  let check = 0
  try {
    for await (const piece of stream) {
      check = crc32(piece as Buffer, check)
      yield piece as Uint8Array
    }
  } catch (error) {
    throw packingFailure(error, name)
  } finally {
    stream.destroy()
  }
  if (check !== entry.crc32) throw packingFailure(new Error(`checksum of ${entryName} is wrong`), name)
}

const packingFailure = (error: unknown, name: string): unknown => {
  if (error instanceof Failure) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new Failure(
    'container_damaged',
    {
      zh: `压缩文件“${name}”不完整或已损坏：请重新下载`,
      en: `packed file "${name}" is cut off or damaged (${reason}): download it again`,
    },
    { file: name },
  )
}

/** Counts what comes out of the container, over all its entries. */
class Guard {
  readonly #name: string
  readonly #packed: number
  readonly #limits: Limits
  #unpacked = 0

  constructor(name: string, packed: number, limits: Limits) {
    this.#name = name
    this.#packed = packed
    this.#limits = limits
  }

  async *watch(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      this.#unpacked += piece.length
      const ratio = this.#unpacked / this.#packed
      if (this.#unpacked > this.#limits.unpackedBytes || (this.#unpacked > RATIO_FROM && ratio > this.#limits.ratio))
        throw new Failure(
          'unpacked_too_large',
          {
            zh: `压缩文件“${this.#name}”解压后过大（已超过 ${this.#unpacked} 字节，压缩前后相差 ${Math.round(ratio)} 倍），疑似压缩炸弹，已拒绝：请解压后提交，或提高上限`,
            en: `packed file "${this.#name}" unpacks to more than ${this.#unpacked} bytes (${Math.round(ratio)} times its size), like a zip bomb; refused: give the unpacked file or raise the limit`,
          },
          { file: this.#name, unpacked: this.#unpacked },
        )
      yield piece
    }
  }
}
