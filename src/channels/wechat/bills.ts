import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { isLoopback } from '../accounts.ts'
import type { StatementDownload, StatementKind } from '../channel.ts'
import { textOf } from '../http.ts'
import { isReady } from '../stamps.ts'
import { ask, type Connection, download } from './client.ts'
import { billInWork, billMissing, errorText } from './outcomes.ts'

/** From then on "no bill" means that there was nothing to bill: WeChat has them ready by ten. */
const READY_AT = '10:00'
const WECHAT_ZONE = 'Asia/Shanghai'
/** A large bill takes its time. */
const DOWNLOAD_TIMES = 12

/** The trade or fund flow bill of a day, gzipped as WeChat sends it, its SHA-1 verified over the unpacked text. */
export async function downloadBill(
  connection: Connection,
  day: string,
  kind: StatementKind,
): Promise<StatementDownload> {
  const path =
    kind === 'trade'
      ? `/v3/bill/tradebill?bill_date=${day}&bill_type=ALL&tar_type=GZIP`
      : `/v3/bill/fundflowbill?bill_date=${day}&account_type=BASIC&tar_type=GZIP`
  const { json, code, message } = await ask(connection, 'GET', path)
  if (billInWork(code)) return { state: 'not_published' }
  if (billMissing(code))
    return { state: isReady(connection.now(), day, WECHAT_ZONE, READY_AT) ? 'empty' : 'not_published' }
  if (code) return { state: 'failed', reason: errorText(code, message) }
  const url = URL.parse(textOf(json.download_url))
  if (!url || (url.protocol !== 'https:' && !isLoopback(url.hostname)))
    return { state: 'failed', reason: 'no safe download_url in the answer' }
  if (textOf(json.hash_type) !== 'SHA1') return { state: 'failed', reason: 'the bill comes without a SHA1' }
  const content = await download(connection, url.href, connection.timeoutMs * DOWNLOAD_TIMES)
  const packed = content[0] === 0x1f && content[1] === 0x8b
  const hash = await sha1Of(content, packed)
  if (hash !== textOf(json.hash_value).toLowerCase())
    return { state: 'failed', reason: 'the bill differs from its SHA1: fetch it again' }
  return { state: 'ready', name: `wechat-${kind}-${day}.csv${packed ? '.gz' : ''}`, content }
}

/** null: what is packed is damaged. */
async function sha1Of(content: Buffer, packed: boolean): Promise<string | null> {
  const hash = createHash('sha1')
  if (!packed) return hash.update(content).digest('hex')
  try {
    await pipeline(Readable.from([content]), createGunzip(), hash)
    return hash.digest('hex')
  } catch {
    return null
  }
}
