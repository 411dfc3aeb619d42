/**
 * `node bench/notices.ts`: what one signed notice costs until it is verified, decrypted and read, one after the other and (WeChat's) in crowds of
 * 50, of which a thread of its own takes the most. Medians of 15 rounds of 1,000; processor time, so neighbours disturb it less.
 */

import type { Channel, RawNotice } from '../src/channels/channel.ts'
import { openChannels } from '../src/channels/channels.ts'
import { ALIPAY, noticeOf as alipayNotice, notified } from '../testkit/alipay_platform.ts'
import { found, UNIONPAY, noticeOf as unionpayNotice } from '../testkit/unionpay_platform.ts'
import { NOW, transaction, WECHAT, noticeOf as wechatNotice } from '../testkit/wechat_platform.ts'

const ROUNDS = 15
const NOTICES = 1_000

const channels = openChannels([WECHAT, ALIPAY, UNIONPAY], { now: () => NOW, folder: '.' })
const wechat = [channels.account('wx'), wechatNotice(transaction())] as const
const cases = [
  ['wechat', 1, ...wechat],
  ['wechat in crowds', 50, ...wechat],
  ['alipay', 1, channels.account('ali'), alipayNotice(notified())],
  ['unionpay', 1, channels.account('up'), unionpayNotice(found())],
] as const

for (const [name, crowd, channel, notice] of cases) {
  const all: number[] = []
  const here: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const [before, beforeHere] = [process.cpuUsage(), process.threadCpuUsage()]
    for (let i = 0; i < NOTICES; i += crowd) await readCrowd(channel, notice, crowd)
    const [spent, spentHere] = [process.cpuUsage(before), process.threadCpuUsage(beforeHere)]
    // The first round warms up.
    if (round === 0) continue
    all.push((spent.user + spent.system) / NOTICES)
    here.push((spentHere.user + spentHere.system) / NOTICES)
  }
  process.stdout.write(
    `${name}: ${median(all).toFixed(0)} µs of processor a notice, ${median(here).toFixed(0)} of them on the thread that answers\n`,
  )
}

async function readCrowd(channel: Channel, notice: RawNotice, size: number): Promise<void> {
  const crowd = Array.from({ length: size }, () => channel.readNotice(notice))
  for (const read of await Promise.all(crowd))
    if (read.kind !== 'payment' || read.outcome.state !== 'success') throw new Error('not read')
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0
}
