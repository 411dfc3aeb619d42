import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { inspectStatement } from './inspect.ts'
import { languageModelOf, maskOf, NoProposal, proposalOf, questionOf } from './language_model.ts'

const scratch = mkdtempSync(join(tmpdir(), 'fzpay-language-'))
after(() => rmSync(scratch, { recursive: true }))

type Seen = { url: string; key: string | undefined; body: string }

/** A stand-in endpoint on this machine that answers as told, and remembers what it was sent. */
async function standIn(t: TestContext, answer: (response: ServerResponse) => void) {
  const seen: Seen[] = []
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = ''
    for await (const part of request) body += part
    seen.push({ url: request.url ?? '', key: request.headers.authorization, body })
    answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const model = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    model: 'small',
    key: 'k-1',
    timeoutMs: 300,
  }
  return { seen, model }
}

const completion = (content: string) => (response: ServerResponse) =>
  void response.end(JSON.stringify({ choices: [{ message: { content } }] }))

const ROWS = [
  ['2026-11-20', '王小明', '1,234.56', 'PX778812340001', '8,000.00'],
  ['2026-11-21', 'Anna Bell', '-20.50', 'PX778812340002', '7,979.50'],
  ['2026-11-22', '李四', '300.07', 'PX778812340003', '8,279.57'],
]
const TEXT = `何日,某,qq,zz,ww\n${ROWS.map(row => row.map(cell => `"${cell}"`).join(',')).join('\n')}\n`
let files = 0
const statement = (text = TEXT): string => {
  const path = join(scratch, `unknown${files++}.csv`)
  writeFileSync(path, text)
  return path
}

const GOOD =
  '{"columns": {"#1": "date", "#2": "payer_name", "#3": "amount", "#4": "channel_trade_no", "#5": "balance"}}'

test('a mask keeps the shape and nothing of the value', () => {
  const cases: [string, string][] = [
    ['2026-11-22', '9999-99-99'],
    ['-1,234.56', '-9,999.99'],
    ['王小明', '汉汉汉'],
    ['Anna Bell', 'Aaaa Aaaa'],
    ['１２３', '999'],
    ['Müller & Söhne', 'Aaaaaa ? Aaaaa'],
    ['x@y.cn', 'a@a.aa'],
  ]
  for (const [value, mask] of cases) assert.equal(maskOf(value), mask, value)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), value =>
      assert.match(maskOf(value), /^[汉Aa9?\s.,:;/()+\-*%@_#=]*$/u),
    ),
  )
})

test('names and masks are sent, and no value of any cell', async t => {
  const { seen, model } = await standIn(t, completion(GOOD))
  await inspectStatement(statement(), { languageModel: model })
  const [{ url, key, body }] = seen as [Seen]
  assert.deepEqual([url, key], ['/v1/chat/completions', 'Bearer k-1'])
  for (const cell of ROWS.flat()) assert.ok(!body.includes(cell), cell)
  for (const name of ['何日', 'qq', '9999-99-99', '汉汉汉']) assert.ok(body.includes(name), name)
  assert.ok(!questionOf(['账号6222021234567890'], []).includes('6222'))
})

test('a proposal is tried on the file and shown; nothing is taken from it', async t => {
  const { model } = await standIn(t, completion(`Here you are:\n\`\`\`json\n${GOOD}\n\`\`\``))
  const document = await inspectStatement(statement(), { languageModel: model, lang: 'en' })
  assert.deepEqual([document.verdict, document.records], ['rejected', 0])
  const advice = document.problems.find(problem => problem.code === 'columns_proposed')
  assert.match(advice!.message, /--column 何日=date .*--column qq=amount.*3 records.*totals agree/)
})

test('a proposal that the file does not bear out is dropped', async t => {
  const wrong = '{"columns": {"#1": "date", "#2": "amount", "#5": "balance"}}'
  const { model } = await standIn(t, completion(wrong))
  const document = await inspectStatement(statement(), { languageModel: model })
  assert.ok(document.problems.some(problem => problem.code === 'proposal_refuted'))
})

test('a sure file asks nobody', async t => {
  const { seen, model } = await standIn(t, completion(GOOD))
  const text = '交易日期,金额,余额\n2026-11-20,1.00,1.00\n2026-11-21,-1.00,0.00\n'
  assert.equal((await inspectStatement(statement(text), { languageModel: model })).verdict, 'ready')
  assert.equal(seen.length, 0)
})

test('no answer, a bad one, a wrong one: the questions stay, and the reason is told', async t => {
  const answers: [string, (response: ServerResponse) => void][] = [
    ['within', () => {}],
    ['500', response => void response.writeHead(500).end('x')],
    ['chat completion', response => void response.end('<html>')],
    ['chat completion', response => void response.end('{"choices": []}')],
    ['too long', response => void response.end('x'.repeat(100_000))],
    ['columns', completion('I cannot help with that')],
    ['no field', completion('{"columns": {"#1": "password"}}')],
    ['no column', completion('{"columns": {"#9": "date"}}')],
    ['two columns', completion('{"columns": {"#1": "date", "#2": "date"}}')],
    ['redirect', response => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ]
  for (const [reason, answer] of answers) {
    const { model } = await standIn(t, answer)
    const { verdict, problems } = await inspectStatement(statement(), { languageModel: model, lang: 'en' })
    const missing = problems.find(problem => problem.code === 'proposal_missing')
    assert.equal(verdict, 'rejected')
    assert.match(missing?.message ?? '', new RegExp(reason), reason)
  }
  const gone = { url: 'http://127.0.0.1:1', model: 'm', key: null }
  const document = await inspectStatement(statement(), { languageModel: gone })
  assert.ok(document.problems.some(problem => problem.code === 'proposal_missing'))
})

test('an answer that drips, that unpacks without end, or that holds control characters does no harm', async t => {
  const bomb = gzipSync(Buffer.alloc(32 << 20, 32))
  const answers: [string, (response: ServerResponse) => void][] = [
    [
      'within',
      response => {
        const drip = setInterval(() => response.write(' '), 20)
        response.on('close', () => clearInterval(drip))
      },
    ],
    ['too long', response => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)],
    ['no field', completion('{"columns": {"#1": "\\u001b[2Jdate"}}')],
    ['no column', completion('{"columns": {"__proto__ ": "date"}}')],
  ]
  for (const [reason, answer] of answers) {
    const { model } = await standIn(t, answer)
    const { problems } = await inspectStatement(statement(), { languageModel: model, lang: 'en' })
    const missing = problems.find(problem => problem.code === 'proposal_missing')
    assert.match(missing?.message ?? '', new RegExp(reason))
    assert.doesNotMatch(missing?.message ?? '', /\p{Cc}/u)
  }
})

test("lines above the table, the name of the file and of its columns' owner stay in the house", async t => {
  const { seen, model } = await standIn(t, completion(GOOD))
  const above = '户名：谢文斌,,,,\n账号：6222020200112233445,,,,\n'
  const path = join(scratch, '谢文斌-6222020200112233445.csv')
  writeFileSync(path, above + TEXT.replace('何日,某,qq,zz,ww', '日期,某,qq,zz,渠道'))
  await inspectStatement(path, { languageModel: model })
  assert.equal(seen.length, 1)
  for (const secret of ['谢文斌', '622202', '2233445', scratch]) assert.ok(!seen[0]!.body.includes(secret), secret)
  for (const name of ['电话 138 0013 8000', 'li@example.com', '١٢٣٤٥٦٧'])
    assert.doesNotMatch(questionOf([name], []), /138|0013|8000|li@|example|[١-٧]/)
})

test('any answer is a whole proposal or none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), text => {
      try {
        proposalOf(text, 3)
      } catch (error) {
        assert.ok(error instanceof NoProposal)
      }
    }),
  )
})

test('off by default; configured by half is refused', () => {
  assert.equal(languageModelOf({}), null)
  assert.throws(() => languageModelOf({ FZPAY_LLM_URL: 'http://127.0.0.1:1' }), { code: 'language_model_config' })
  assert.throws(() => languageModelOf({ FZPAY_LLM_URL: 'file:///x', FZPAY_LLM_MODEL: 'm' }))
  assert.deepEqual(languageModelOf({ FZPAY_LLM_URL: 'https://h/v1', FZPAY_LLM_MODEL: 'm' }), {
    url: 'https://h/v1',
    model: 'm',
    key: null,
  })
})
