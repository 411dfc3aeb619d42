import type { Format } from '../format.ts'
import { alipayTrade } from './alipay_trade.ts'
import { delimited } from './delimited.ts'
import { wechatTrade } from './wechat_trade.ts'

/** Every format the product reads. The best score wins; the order decides nothing. */
export const FORMATS: readonly Format[] = [wechatTrade, alipayTrade, delimited]
