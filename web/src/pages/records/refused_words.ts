import type { Both } from '../../shell/both.ts'

const WORDS: Readonly<Record<string, Both>> = {
  notice_forged: {
    zh: '签名不符：核对渠道公钥或证书是否已更换',
    en: 'Not signed by the channel: see whether its key was changed',
  },
  notice_replayed: {
    zh: '时间过旧或过新：核对服务器时钟',
    en: 'Signed too long ago or in the future: check the clock',
  },
  notice_unreadable: { zh: '内容无法读取', en: 'Cannot be read' },
  notice_foreign: {
    zh: '属于其他商户：核对通知地址与商户号',
    en: 'For another merchant: check its address and our number',
  },
  payment_unknown: { zh: '平台没有这笔支付', en: 'The platform has no such payment' },
  order_unknown: { zh: '平台没有这张缴费单', en: 'The platform has no such order' },
}

export const refusedWords = (code: string): Both => WORDS[code] ?? { zh: `已拒绝（${code}）`, en: `Refused (${code})` }
