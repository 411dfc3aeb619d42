import type { Format } from '../format.ts'
import { alipayTrade } from './alipay_trade.ts'
import { camt052, camt053, camt054 } from './camt.ts'
import { delimited } from './delimited.ts'
import { mt940 } from './mt940.ts'
import { mt942 } from './mt942.ts'
import { wechatTrade } from './wechat_trade.ts'

/** Every format the product reads. The best score wins; the order decides nothing. */
export const FORMATS: readonly Format[] = [wechatTrade, alipayTrade, camt052, camt053, camt054, mt940, mt942, delimited]
