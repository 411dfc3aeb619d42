import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { after, type TestContext, test } from 'node:test'
import { type Browser, peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { heardBy, NEWS } from './topics.ts'

after(closeTestServer)

type News = { readonly source: string; readonly revisions: Record<string, number> }
type Screen = {
  readonly news: () => News[]
  readonly until: (holds: (news: News) => boolean) => Promise<News>
  readonly ended: Promise<unknown>
}

/** An open page: what its stream has said so far. */
async function screen(t: TestContext, url: string, { cookie }: Browser): Promise<Screen> {
  const request = get(`${url}/api/live`, { headers: { cookie } })
  t.after(() => request.destroy())
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  assert.equal(answer.statusCode, 200)
  let text = ''
  let heard = (): void => {}
  answer.setEncoding('utf8').on('data', chunk => {
    text += chunk
    heard()
  })
  const news = (): News[] => [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data as string))
  return {
    news,
    ended: once(answer, 'close'),
    until: holds =>
      new Promise(resolve => {
        heard = () => {
          const found = news().find(holds)
          if (found) resolve(found)
        }
        heard()
      }),
  }
}

test('an act of one is told to the open screens of those who may see it, and to nobody else', {
  timeout: 60_000,
}, async t => {
  const { platform, browser, person } = await peopleTest(t)
  const enter = async (login: string, role: string): Promise<Browser> => {
    const page = browser()
    assert.equal(await page.logIn(await person(login, role)), 200)
    return page
  }
  const [cashier, supervisor, other] = [
    await enter('chuna', 'cashier'),
    await enter('zhuguan', 'supervisor'),
    await enter('zhuguan2', 'supervisor'),
  ]
  const [ofCashier, ofOther] = [await screen(t, platform.url, cashier), await screen(t, platform.url, other)]
  const first = await ofOther.until(() => true)
  assert.equal(
    'accounts' in (await ofCashier.until(() => true)).revisions,
    false,
    'a cashier does not hear of accounts',
  )
  assert.equal(await supervisor.outcome('POST', '/api/accounts', { kind: 'staff', login: 'neu', name: '新同事' }), 200)
  const told = await ofOther.until(
    ({ revisions }) => (revisions.accounts as number) > (first.revisions.accounts as number),
  )
  assert.equal(told.source, first.source)
  assert.doesNotMatch(JSON.stringify(told), /neu|新同事/, 'topics alone are told')
  for (const { revisions } of ofCashier.news()) assert.equal('accounts' in revisions, false)
})

test('a stream ends when its session does, and it keeps no session alive', { timeout: 60_000 }, async t => {
  const { platform, browser, person, clock } = await peopleTest(t, { sessions: { idle_minutes: 15 } })
  const account = await person('zhuguan', 'supervisor')
  const page = browser()
  await page.logIn(account)
  const open = await screen(t, platform.url, page)
  await open.until(() => true)
  clock.forward(16 * 60)
  const another = browser('10.0.0.2')
  assert.equal(await another.logIn(account), 200)
  await another.outcome('POST', '/api/accounts', { kind: 'staff', login: 'neu', name: '新同事' })
  await open.ended
  assert.equal(await page.outcome('GET', '/api/session'), 'session_over')
})

test('what is done to an item, a day or a match is told to whoever looks at items', () => {
  for (const what of ['item', 'day', 'match', 'discrepancy', 'refund'])
    assert.ok(NEWS.acted?.(what).includes('items'), what)
  assert.deepEqual(NEWS.acted?.('session payment unknown'), [])
  assert.deepEqual(heardBy({ items: 3, accounts: 5 }, new Set(['day.read'])), { items: 3, days: 0, settlements: 0 })
})
