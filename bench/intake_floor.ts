/**
 * `node bench/intake_floor.ts KEY`: the least that a signed notice costs, for comparison (`bench/intake.ts` starts it): bare `node:http`, the verification of
 * WeChat's signature by the public key in the file KEY, and one row of the body in a table, inserted for all that came meanwhile and answered after the commit. Nothing
 * is decrypted or decided. FLOOR_DATABASE: where; says its port when it listens.
 */
import { createPublicKey, createVerify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

const LANES = 2
const key = createPublicKey(readFileSync(process.argv[2] as string))
const pool = new pg.Pool({ connectionString: process.env.FLOOR_DATABASE as string, max: LANES })
await pool.query('create table if not exists floor_notices (nonce text primary key, body text not null)')

type Waiting = { readonly nonce: string; readonly body: string; readonly answer: (status: number) => void }
let waiting: Waiting[] = []
let running = 0

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => take(request, Buffer.concat(chunks), response))
})
server.keepAliveTimeout = 75_000
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
process.on('SIGTERM', () => process.exit())

function take({ headers }: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const nonce = String(headers['wechatpay-nonce'])
  const fits = createVerify('RSA-SHA256')
    .update(`${headers['wechatpay-timestamp']}\n${nonce}\n`)
    .update(body)
    .update('\n')
    .verify(key, String(headers['wechatpay-signature']), 'base64')
  const answer = (status: number): void => void response.writeHead(status, { 'content-length': 0 }).end()
  if (!fits) return answer(401)
  waiting.push({ nonce, body: body.toString(), answer })
  if (running < LANES) setImmediate(insert)
}

function insert(): void {
  if (running === LANES || waiting.length === 0) return
  const batch = waiting
  waiting = []
  running++
  const text = 'insert into floor_notices select * from unnest($1::text[], $2::text[])'
  pool.query({ name: 'floor', text, values: [batch.map(({ nonce }) => nonce), batch.map(({ body }) => body)] }).then(
    () => {
      for (const { answer } of batch) answer(200)
      running--
      insert()
    },
    error => {
      throw error
    },
  )
}
