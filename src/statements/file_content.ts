import type { FileHandle } from 'node:fs/promises'
import { inflate } from 'node:zlib'
import { Failure } from '../kernel/failure.ts'
import type { Limits } from './statement.ts'

/**
 * UnionPay's file-transfer API answers with `fileContent`: base64 of a zlib stream of the zip. People save it as it came.
 * Such an answer fits into one message, so it is read whole.
 */

/** The first two characters of base64 that begins with a zlib header, and nothing but base64 behind them. */
const LOOKS = /^e[AFJN][A-Za-z0-9+/=_\-\s]{30,}$/
const SAMPLE = 4_096
const SIZE_MAX = 256 << 20

/** The zip inside, or null where the file is something else. */
export async function unwrapFileContent(
  handle: FileHandle,
  size: number,
  name: string,
  limits: Limits,
): Promise<Buffer | null> {
  if (size > SIZE_MAX) return null
  const sample = Buffer.alloc(Math.min(size, SAMPLE))
  await handle.read(sample, 0, sample.length, 0)
  if (!LOOKS.test(sample.toString('latin1'))) return null
  const text = Buffer.alloc(size)
  await handle.read(text, 0, size, 0)
  if (!LOOKS.test(text.toString('latin1'))) return null
  const packed = Buffer.from(text.toString('latin1'), 'base64')
  const most = Math.min(limits.unpackedBytes, Math.max(SIZE_MAX, size * limits.ratio))
  const zip = await new Promise<Buffer>((resolve, reject) => {
    inflate(packed, { maxOutputLength: most }, (error, unpacked) =>
      error ? reject(damaged(name, error.message)) : resolve(unpacked),
    )
  })
  if (zip[0] !== 0x50 || zip[1] !== 0x4b) throw damaged(name, 'no zip inside')
  return zip
}

const damaged = (name: string, reason: string): Failure =>
  new Failure(
    'container_damaged',
    {
      zh: `文件“${name}”像是银联接口返回的 fileContent（base64），但不完整或已损坏（${reason}）：请重新获取`,
      en: `file "${name}" looks like the fileContent (base64) of UnionPay's interface, but is cut off or damaged (${reason}): fetch it again`,
    },
    { file: name },
  )
