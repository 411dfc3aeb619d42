/**
 * `node bench/sandbox.ts [--payments 20000]`: how many WeChat payments per second the sandbox takes through: order
 * created (request verified, answer signed, on the disk), paid by the payer, notice encrypted, signed, delivered and taken.
 * The sandbox is a process of its own; its processor time tells what one core would do. Requests are signed before the run.
 */
import { fork } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChannelAccount } from '../src/channels/accounts.ts'
import { authorization } from '../src/channels/wechat/signature.ts'
import { parseWords } from '../src/command_line.ts'

const words = parseWords(process.argv.slice(2), { flags: [], single: ['payments'], many: [] })
const count = Number(words.values.get('payments')?.[0] ?? 20_000)
const PAID_AT_ONCE = 50
const PATH = '/v3/pay/transactions/native'
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

const folder = mkdtempSync(join(tmpdir(), 'fzpay-bench-sandbox-'))
const child = fork(join(import.meta.dirname, '../testkit/sandbox_process.ts'), [folder])
try {
  const [{ url, accounts }] = (await once(child, 'message')) as [{ url: string; accounts: ChannelAccount[] }]
  let noticed = 0
  const merchant = createServer((asked, answer) => {
    asked.resume()
    asked.on('end', () => {
      noticed++
      answer.writeHead(204).end()
    })
  })
  merchant.listen(0, '127.0.0.1')
  await once(merchant, 'listening')
  const notifyUrl = `http://127.0.0.1:${(merchant.address() as AddressInfo).port}/notify`
  const account = accounts.find(each => each.channel === 'wechat') as Extract<ChannelAccount, { channel: 'wechat' }>
  const orders = signedOrders(account, notifyUrl)
  const before = processorMs(child.pid as number)
  const from = performance.now()
  let next = 0
  const run = async (): Promise<void> => {
    for (let at = next++; at * PAID_AT_ONCE < count; at = next++) {
      const some = orders.slice(at * PAID_AT_ONCE, (at + 1) * PAID_AT_ONCE)
      await Promise.all(some.map(({ body, headers }) => post(`${url}${PATH}`, headers, body)))
      const paid = some.map(({ no }) => ({ payment_no: no }))
      await post(`${url}/sandbox/pay`, { 'content-type': 'application/json' }, JSON.stringify(paid))
    }
  }
  await Promise.all([run(), run()])
  while (noticed < count) await new Promise(resolve => setTimeout(resolve, 10))
  const seconds = (performance.now() - from) / 1000
  const processor = (processorMs(child.pid as number) - before) / 1000
  merchant.close()
  merchant.closeAllConnections()
  process.stdout.write(
    `${count} payments in ${seconds.toFixed(1)} s: ${Math.round(count / seconds)}/s; the sandbox used ${processor.toFixed(1)} s ` +
      `of processor time: ${Math.round(count / processor)} payments per second of one core\n`,
  )
} finally {
  child.kill('SIGKILL')
  await once(child, 'exit')
  rmSync(folder, { recursive: true, force: true })
}

function signedOrders(account: Extract<ChannelAccount, { channel: 'wechat' }>, notify_url: string) {
  const key = createPrivateKey(account.private_key)
  const signer = { mchid: account.mchid, serial: account.certificate_serial, key }
  return Array.from({ length: count }, (_, index) => {
    const no = `BENCH${String(index).padStart(9, '0')}`
    const body = JSON.stringify({
      ...{ appid: account.appid, mchid: account.mchid, description: '水费', out_trade_no: no, attach: no, notify_url },
      amount: { total: 1000 + index, currency: 'CNY' },
    })
    const signed = authorization(signer, { method: 'POST', path: PATH, body }, new Date(), no)
    return { no, body, headers: { authorization: signed, 'content-type': 'application/json' } }
  })
}

function post(url: string, headers: Record<string, string>, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const length = String(Buffer.byteLength(body))
    const asked = request(url, { method: 'POST', agent, headers: { ...headers, 'content-length': length } })
    asked.on('error', reject)
    asked.on('response', response => {
      response.resume()
      response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode}`))))
    })
    asked.end(body)
  })
}

/** User and system time of all its threads, as Linux counts it (hundredths of a second). */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}
