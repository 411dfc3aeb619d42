/**
 * `node bench/notices.ts`: what one signed notice costs the main thread until it is verified, decrypted and read: WeChat's by
 * `readNotice`, and its parts alone. Medians of 15 rounds of 1,000; CPU time of the process, so neighbours disturb it less.
 */

import { openChannels } from '../src/channels/channels.ts'
import { ALIPAY, noticeOf as alipayNotice, notified } from '../testkit/alipay_platform.ts'
import { found, UNIONPAY, noticeOf as unionpayNotice } from '../testkit/unionpay_platform.ts'
import { NOW, transaction, WECHAT, noticeOf as wechatNotice } from '../testkit/wechat_platform.ts'

const ROUNDS = 15
const NOTICES = 1_000

const channels = openChannels([WECHAT, ALIPAY, UNIONPAY], { now: () => NOW, folder: '.' })
const cases = [
  ['wechat', channels.account('wx'), wechatNotice(transaction())],
  ['alipay', channels.account('ali'), alipayNotice(notified())],
  ['unionpay', channels.account('up'), unionpayNotice(found())],
] as const

for (const [name, channel, notice] of cases) {
  const times: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const started = process.cpuUsage()
    for (let i = 0; i < NOTICES; i++) {
      const read = await channel.readNotice(notice)
      if (read.kind !== 'payment' || read.outcome.state !== 'success') throw new Error('not read')
    }
    const { user, system } = process.cpuUsage(started)
    // The first round warms up.
    if (round > 0) times.push((user + system) / NOTICES)
  }
  const median = times.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0
  process.stdout.write(`${name}: ${median.toFixed(0)} µs of CPU a notice, ${Math.round(1e6 / median)} a second\n`)
}
