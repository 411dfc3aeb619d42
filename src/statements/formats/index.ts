import type { Format } from '../format.ts'
import { adyenAccounting, adyenSettlement } from './adyen.ts'
import { alipayAccount } from './alipay_account.ts'
import { alipayPersonal } from './alipay_personal.ts'
import { alipayTrade } from './alipay_trade.ts'
import { bai2 } from './bai2.ts'
import { camt052, camt053, camt054 } from './camt.ts'
import { delimited } from './delimited.ts'
import { fixedWidth } from './fixed_width.ts'
import { jdWallet } from './jd_wallet.ts'
import { mt940 } from './mt940.ts'
import { mt942 } from './mt942.ts'
import { ofx } from './ofx.ts'
import { paypal } from './paypal.ts'
import { paypalActivity } from './paypal_activity.ts'
import { qif } from './qif.ts'
import { recordTypes } from './record_types.ts'
import { xls, xlsx } from './spreadsheet.ts'
import { stripe } from './stripe.ts'
import { unionpay } from './unionpay.ts'
import { unionpayWeb } from './unionpay_web.ts'
import { wechatFunds } from './wechat_funds.ts'
import { wechatPersonal } from './wechat_personal.ts'
import { wechatTrade } from './wechat_trade.ts'

/** Every format the product reads. The best score wins; the order decides nothing. */
export const FORMATS: readonly Format[] = [
  wechatTrade,
  wechatFunds,
  wechatPersonal,
  alipayTrade,
  alipayAccount,
  alipayPersonal,
  unionpay,
  unionpayWeb,
  stripe,
  paypal,
  paypalActivity,
  adyenSettlement,
  adyenAccounting,
  camt052,
  camt053,
  camt054,
  mt940,
  mt942,
  bai2,
  ofx,
  qif,
  jdWallet,
  delimited,
  recordTypes,
  fixedWidth,
  xlsx,
  xls,
]
