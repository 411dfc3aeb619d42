import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ALIPAY,
  noticeOf as alipayNotice,
  told as alipayTold,
  NOW,
  notified,
  trade,
} from '../../testkit/alipay_platform.ts'
import { REF } from '../../testkit/channel_asks.ts'
import { mutate, seeded } from '../../testkit/mutate.ts'
import { standIn, type Told } from '../../testkit/stand_in.ts'
import { found, UNIONPAY, noticeOf as unionpayNotice, told as unionpayTold } from '../../testkit/unionpay_platform.ts'
import { transaction, WECHAT, noticeOf as wechatNotice, told as wechatTold } from '../../testkit/wechat_platform.ts'
import { Failure } from '../kernel/failure.ts'
import { openChannels } from './channels.ts'

const SEED = 20_261_125
const DAMAGED = 400

const notices = { wx: wechatNotice(transaction()), ali: alipayNotice(notified()), up: unionpayNotice(found()) }

test('a damaged notice is refused in words, or means what it meant', async () => {
  const channels = openChannels([WECHAT, ALIPAY, UNIONPAY], { now: () => NOW, folder: '.' })
  for (const [account, notice] of Object.entries(notices)) {
    const channel = channels.account(account)
    const meant = await channel.readNotice(notice)
    const random = seeded(SEED)
    let refused = 0
    for (let i = 0; i < DAMAGED; i++) {
      const body = mutate(notice.body, notices.wx.body, random)
      try {
        assert.deepEqual(await channel.readNotice({ ...notice, body }), meant, `seed ${SEED}, ${account} ${i}`)
      } catch (error) {
        assert.ok(error instanceof Failure && error.code.startsWith('notice_'), `${account} ${i}: ${error}`)
        refused++
      }
    }
    assert.ok(refused > DAMAGED / 2, `${account}: ${refused} of ${DAMAGED} refused`)
  }
})

test('a damaged answer is unknown, or means what it meant', async t => {
  const random = seeded(SEED)
  let whole: Exclude<Told, string> = {}
  let damaged = false
  const stand = await standIn(t, asked => {
    if (asked.url.includes('gateway.do')) whole = alipayTold(asked, trade())
    const body = Buffer.from(whole.body ?? '')
    return { ...whole, body: damaged ? mutate(body, notices.up.body, random) : body }
  })
  const accounts = [
    { ...WECHAT, base_url: stand.url },
    { ...ALIPAY, base_url: `${stand.url}/gateway.do` },
    { ...UNIONPAY, base_url: stand.url },
  ]
  const channels = openChannels(accounts, { now: () => NOW, folder: '.' })
  for (const [account, answer] of [
    ['wx', wechatTold(transaction())],
    ['ali', {}],
    ['up', unionpayTold(found())],
  ] as const) {
    whole = answer
    const channel = channels.account(account)
    damaged = false
    const meant = await channel.query(REF)
    assert.equal(meant.state, 'success')
    damaged = true
    for (let i = 0; i < 150; i++) {
      const said = await channel.query(REF)
      if (said.state !== 'unknown') assert.deepEqual(said, meant, `seed ${SEED}, ${account} ${i}`)
    }
  }
})
