import { narrow } from '../amount_text.ts'
import type { Field } from '../statement.ts'
import { beforeUnit, isUnit, NO_UNIT, type Unit, unitInBrackets } from './units.ts'

/**
 * What column names mean. Names stand in order of preference: where a file has both 完成时间 and 创建时间, the first is the one.
 * Written in their bare form (see `bareHeader`): lower case, without blanks, signs and units.
 */
const NAMES: Readonly<Record<Field, string>> = {
  occurred_at:
    'paidat 完成时间 支付完成时间 支付时间 付款时间 支付成功时间 交易完成时间 交易时间 交易日期时间 成交时间 发生时间 入账时间 记账时间 清算时间 datetime transactiontime transactiondatetime timestamp paymenttime paytime paiddate occurredat createdat created 创建时间 下单时间',
  date: '交易日期 交易日 日期 交易发生日 发生日期 业务日期 记账日期 记账日 入账日期 入帐日期 transactiondate trandate txndate date bookingdate postingdate postdate 清算日期 起息日 valuedate 生效日期 fecha fechaoperacion datum dateoperation dateopération buchungstag data 年月日',
  time: '时间 交易时分秒 time hora heure uhrzeit transtime',
  amount:
    'amount 入账币种/金额 交易币种/金额 人民币金额 billingamount 交易金额 金额 订单金额 支付金额 付款金额 实付金额 收款金额 交易额 发生额 发生金额 入账金额 实收金额 商家实收 清算金额 结算金额 收支金额 记账金额 本币金额 transactionamount amt paymentamount grossamount gross total totalamount net netamount importe montant betrag monto valor',
  amount_in:
    '收入 收入金额 贷方发生额 贷方金额 贷方 存入 存入金额 转入金额 收方金额 收方发生额 入账 进账金额 credit creditamount credits deposit deposits moneyin paidin income amountin crédit haber abono gutschrift 存款',
  amount_out:
    '支出 支出金额 借方发生额 借方金额 借方 支取 支取金额 取出 转出金额 付方金额 付方发生额 出账 出账金额 debit debitamount debits withdrawal withdrawals moneyout paidout expense expenses amountout débit debe cargo lastschrift 提款 取款',
  refund_amount: '退款金额 申请退款金额 退款额 refundamount refundedamount',
  direction:
    '收/支 收支 收支类型 收支方向 收支标志 借贷 借/贷 借贷标志 借贷方向 借贷标识 借贷类型 交易方向 资金方向 资金流向 方向 direction d/c c/d dc cd dr/cr cr/dr drcr crdr debitcredit debit/credit creditdebit credit/debit creditdebitindicator inout in/out sens',
  kind: 'kind 交易类型 业务类型 交易种类 记录类型 类型 type transactiontype txntype recordtype 交易类别',
  status:
    'status 交易状态 支付状态 订单状态 当前状态 状态 退款状态 state transactionstatus paymentstatus 处理结果 交易结果',
  currency:
    'currency 记账币种 币种 货币 货币种类 币别 交易币种 货币代码 currencycode ccy curr devise moneda divisa währung',
  fee: 'fee 手续费 服务费 手续费金额 交易手续费 商户手续费 fees feeamount commission commissionamount servicefee',
  balance:
    '余额 账户余额 账户结余 结余 当前余额 交易后余额 账面余额 本次余额 联机余额 balance runningbalance accountbalance closingbalance balanceafter solde saldo kontostand',
  merchant_no:
    'merchantno 特约商户号 子商户号 商户号 商户编号 商户代码 商户id merchantid merchant mchid mid merchantaccount 收款单位编号',
  payer_account:
    'payeraccount 付款账号 付款账户 付款人账号 付款方账号 对方账号 对方账户 对方帐号 交易对方账号 对手账号 用户标识 openid 买家账号 付款卡号 buyer buyerid counterpartyaccount 付款方账户',
  payer_name:
    'payername 付款人 付款人名称 付款人户名 付款方名称 付款方户名 对方户名 对方名称 交易对方 对手户名 payer partnername counterparty counterpartyname payee name',
  batch_no: 'batchno 批次号 结算批次号 清算批次号 结算批次 清算批次 batch batchnumber batchid settlementbatch payoutid',
  channel: 'channel 支付渠道 交易渠道 渠道 支付方式 paymentmethod channelname',
  zone: 'timezone 时区 tz bookingdatetimezone',
  channel_trade_no:
    'channeltradeno 渠道交易号 渠道流水号 渠道订单号 微信订单号 支付宝交易号 平台交易号 平台流水号 交易流水号 账户明细编号交易流水号 交易流水 流水号 交易号 交易单号 交易编号 银行流水号 银行流水 核心流水号 账务流水号 凭证号 系统参考号 检索参考号 参考号 transactionid transactionno txnid txnno tradeno traceno serialno receiptid balancetransactionid pspreference 交易序号 id 编号 uuid rrn 序号',
  merchant_order_no:
    'merchantorderno 商户订单号 商户单号 商家订单号 外部订单号 商户交易号 商户流水号 outtradeno merchantorderid merchantreference merchantref 订单号 订单编号 orderid ordernumber invoiceid invoiceno 业务参考号 客户参考号 reference referenceno referencenumber ref référence referencia 业务凭证号',
  order_no: 'orderno 缴费单号 缴费订单号 账单编号 缴费编号 billno',
  refund_no:
    'refundno 商户退款单号 退款单号 退款批次号/请求号 退款批次号 退款请求号 outrefundno outrequestno refundid refundrequestno',
  channel_refund_no: 'channelrefundno 微信退款单号 渠道退款单号 平台退款单号 退款流水号',
  description:
    'description 摘要 备注 交易说明 交易摘要 说明 用途 附言 商品名称 商品 商品说明 商户数据包 memo narrative text label details remark remarks note comment concepto libellé libelle remarque concept transactiondescription',
}

/** Names of the platform's own that mean nothing to a statement; known, so that they are not mistaken for something else. */
const OWN: ReadonlySet<string> = new Set(['paymentno'])

type Meaning = { readonly field: Field; readonly rank: number }

const EXACT = new Map<string, Meaning>()
for (const [field, names] of Object.entries(NAMES) as [Field, string][])
  for (const [rank, name] of names.split(' ').entries()) if (!EXACT.has(name)) EXACT.set(name, { field, rank })

/** Fragments that are searched inside longer names ("本次交易金额"); short Latin ones would be found anywhere. */
const FRAGMENTS = [...EXACT]
  .filter(([name]) => (/[\u4e00-\u9fff]/.test(name) ? name.length >= 2 : name.length >= 6))
  .sort((a, b) => b[0].length - a[0].length)

/** 优惠金额 is not the amount, 退款时间 not the time of the payment. */
const TURNS =
  /优惠|红包|代金|券|折扣|补贴|税|积分|限|冻结|退|撤|原|预|期初|期末|上|初|converted|initial|final|opening|关闭|过期|修改|更新|打印|导出|discount|tax|coupon|original|start|end|from|to|update|expir|due/

export type HeaderMeaning = {
  readonly field: Field | null
  readonly rank: number
  readonly confidence: number
  readonly unit: Unit
}

/** "金额（元）" → 金额, in CNY. */
export function meaningOf(header: string): HeaderMeaning {
  const unit = unitOf(header)
  const bare = nameOf(header)
  if (bare === '' || OWN.has(bare)) return { field: null, rank: 0, confidence: bare === '' ? 0 : 1, unit }
  const exact = EXACT.get(bare)
  const side = sideInBrackets(header)
  if (exact?.field === 'amount' && side)
    return { field: side === 'in' ? 'amount_in' : 'amount_out', rank: exact.rank, confidence: 0.98, unit }
  if (exact) return { ...exact, confidence: 0.98, unit }
  const ending = endsWithName(bare)
  return ending
    ? { field: ending.field, rank: ending.rank + 50, confidence: 0.88, unit }
    : { field: null, rank: 0, confidence: 0, unit }
}

/** It must be the end and the greater part of the name (金额说明 is no 金额), and nothing may turn it into something else. */
function endsWithName(bare: string): Meaning | null {
  for (const [name, meaning] of FRAGMENTS)
    if (bare.endsWith(name) && name.length * 2 >= bare.length && !TURNS.test(bare.slice(0, -name.length)))
      return meaning
  return null
}

/** What the end of a longer name says ("本次交易金额" → amount): evidence for the classifier. */
export const endingOf = (header: string): Field | null => {
  const bare = nameOf(header)
  return EXACT.has(bare) ? null : (endsWithName(bare)?.field ?? null)
}

/** Does something before the end turn it into something else (优惠金额)? Evidence too. */
export const isTurned = (header: string): boolean => {
  const bare = nameOf(header)
  const name = EXACT.has(bare) ? undefined : FRAGMENTS.find(([each]) => bare.endsWith(each))?.[0]
  return name !== undefined && TURNS.test(bare.slice(0, -name.length))
}

/** Is it a name of the vocabulary as it stands, in whatever spelling? Then nothing else has a say. */
export const isKnownName = (header: string): boolean => {
  const bare = nameOf(header)
  return EXACT.has(bare) || OWN.has(bare)
}

const TURNED_IN_BRACKETS =
  /不含税|未税|税前|优惠|折扣|红包|券|补贴|原币|原价|退|限额|冻结|冲|预授权|excl|before tax|net of|ex\.? ?vat|discount|original|refund/i

/** 金额(不含税) and Amount (excl. VAT) are not the amount, though the name before the bracket is. */
export const isTurnedInBrackets = (header: string): boolean =>
  [...narrow(header).matchAll(/[([【]([^)\]】]*)[)\]】]/g)].some(([, inside = '']) => TURNED_IN_BRACKETS.test(inside))

/** All names with their meanings, for the classifier to learn from. */
export const knownNames = (): readonly (readonly [name: string, field: Field])[] =>
  [...EXACT].map(([name, { field }]) => [name, field])

/** Characters of Taiwan and Hong Kong files that occur in column names. */
const TRADITIONAL: Readonly<Record<string, string>> = {
  號: '号',
  額: '额',
  餘: '余',
  幣: '币',
  時: '时',
  間: '间',
  單: '单',
  戶: '户',
  帳: '账',
  賬: '账',
  備: '备',
  註: '注',
  類: '类',
  狀: '状',
  態: '态',
  費: '费',
  貸: '贷',
  對: '对',
  編: '编',
  訂: '订',
  轉: '转',
  發: '发',
  記: '记',
  業: '业',
  務: '务',
  銀: '银',
  結: '结',
  說: '说',
  種: '种',
  別: '别',
  項: '项',
  銷: '销',
  續: '续',
  匯: '汇',
  總: '总',
  計: '计',
  筆: '笔',
  帐: '账',
  帶: '带',
  開: '开',
  據: '据',
  憑: '凭',
  證: '证',
  碼: '码',
  標: '标',
  誌: '志',
  動: '动',
  變: '变',
  淨: '净',
  臺: '台',
  實: '实',
  際: '际',
  進: '进',
  參: '参',
  繳: '缴',
  詳: '详',
  報: '报',
  產: '产',
  員: '员',
  價: '价',
  買: '买',
  賣: '卖',
  處: '处',
  歷: '历',
  應: '应',
  聯: '联',
}

/** 交易金额(收入), 交易金额(支出): 工商银行. */
function sideInBrackets(header: string): 'in' | 'out' | null {
  const side = sideOf(/[([【]([^)\]】]*)[)\]】]/.exec(narrow(header))?.[1] ?? '')
  return side === 'neutral' ? null : side
}

const simplifiedOne = (character: string): string => TRADITIONAL[character] ?? character

export const simplified = (text: string): string => text.replace(/[\u4e00-\u9fff]/g, simplifiedOne)

export function bareHeader(header: string): string {
  return narrow(header)
    .replace(/[\u4e00-\u9fff]/g, simplifiedOne)
    .replace(/^\ufeff/, '')
    .replace(/^[`'"\s]+|["\s]+$/g, '')
    .toLowerCase()
    .replace(/[([【][^)\]】]*[)\]】]/g, '')
    .replace(/[\s_\-.:：*#]/g, '')
}

/** What its amounts are counted in: 金额(分), amount_cents. */
function unitOf(header: string): Unit {
  const inside = unitInBrackets(header)
  if (isUnit(inside)) return inside
  return unitBehind(bareHeader(header))?.unit ?? NO_UNIT
}

const MONEY: ReadonlySet<Field> = new Set(['amount', 'amount_in', 'amount_out', 'refund_amount', 'fee', 'balance'])

/** 交易金额分 is 交易金额 in 分; 积分 is no sum of anything. */
function unitBehind(bare: string): { name: string; unit: Unit } | null {
  if (EXACT.has(bare)) return null
  const parts = beforeUnit(bare)
  const field = parts && (EXACT.get(parts.name) ?? endsWithName(parts.name))?.field
  return parts && field && MONEY.has(field) ? parts : null
}

/** The bare name without its unit or zone: amount_cents, created_at_utc. */
const nameOf = (header: string): string => {
  const bare = bareHeader(header)
  const local = bare.replace(/(?:utc|gmt)$/, '')
  return EXACT.has(local) ? local : (unitBehind(bare)?.name ?? bare)
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '))

/** The few words of such a column are looked up again and again. Short ones only: a long one would keep its chunk of text. */
function remembered<T>(read: (word: string) => T): (word: string) => T {
  const known = new Map<string, T>()
  // Mostly the word of the row before.
  let [last, lastAnswer]: [string | null, T | null] = [null, null]
  return word => {
    if (word === last) return lastAnswer as T
    const before = known.get(word)
    const answer = before === undefined ? read(word) : before
    if (word.length > 12) return answer
    if (before === undefined && known.size < 1_000) known.set(word, answer)
    last = word
    lastAnswer = answer
    return answer
  }
}

/** Words of a direction column. 借/贷 are written from the bank's books: 贷 (credit) is money in for the account's owner. */
const IN = words(
  '收入 收 流入 入金 增加 加 增 贷 贷cr 贷方cr cr贷 贷方 贷记 入 入账 进 进账 存入 存 转入 来账 收款 c cr crdt credit in + income incoming deposit received h haben gutschrift crédit haber abono avere bij',
)
const OUT = words(
  '支出 支 流出 出金 减少 减 借 借dr 借方dr dr借 借方 借记 出 出账 付 付款 支付 转出 取 支取 往账 d dr dbit debit out - expense outgoing withdrawal withdraw sent s soll lastschrift débit debe cargo dare af',
)
const NEUTRAL = words('/ 其他 其它 不计收支 中性 中性交易 neutral none 不计')

export const sideOf = remembered((word): 'in' | 'out' | 'neutral' | null => {
  const bare = narrow(word).trim().toLowerCase().replace(/\s+/g, '')
  return IN.has(bare) ? 'in' : OUT.has(bare) ? 'out' : NEUTRAL.has(bare) ? 'neutral' : null
})

const PAYMENT = words(
  '交易 支付 付款 消费 缴费 收款 收单 充值 购买 payment pay sale charge purchase settled capture success received transaction 支付成功 在线支付 交易付款 扫码支付',
)
const REFUND = words(
  '退款 退货 退费 冲正 撤销 部分退款 全额退款 交易退款 消费撤销 消费退货 refund refunded reversal return void chargeback revoked refundsettled',
)

export const kindOf = remembered((word): 'payment' | 'refund' | null => {
  const bare = narrow(word).trim().toLowerCase()
  return PAYMENT.has(bare) ? 'payment' : REFUND.has(bare) ? 'refund' : null
})

const SUCCESS = words(
  '成功 支付成功 交易成功 已支付 已付款 付款成功 已完成 完成 交易完成 已收款 收款成功 已入账 入账成功 已到账 退款成功 已退款 成功退款 success successful succeeded completed complete paid settled ok s done approved posted cleared booked 正常 已清算 已结算',
)
const PENDING = words(
  '处理中 支付中 退款中 待支付 待处理 待确认 进行中 审核中 未完成 pending processing inprogress p created waiting unpaid authorised authorized',
)
const FAILED = words(
  '失败 支付失败 交易失败 已失败 退款失败 关闭 已关闭 交易关闭 已取消 取消 未支付 已撤销 failed fail failure closed cancelled canceled declined rejected error f expired denied',
)

export const statusOf = remembered((word): 'success' | 'pending' | 'failed' | null => {
  const bare = narrow(word)
    .trim()
    .toLowerCase()
    .replace(/[\s_-]/g, '')
  return SUCCESS.has(bare) ? 'success' : PENDING.has(bare) ? 'pending' : FAILED.has(bare) ? 'failed' : null
})

/** A transaction number or a date, most often; told apart without a pattern. */
export const beginsWithDigit = (cell: string): boolean => cell.charCodeAt(0) >= 48 && cell.charCodeAt(0) <= 57

/** First cell of a row that holds totals, not a record. */
export const isTotalMark = (cell: string): boolean =>
  !beginsWithDigit(cell) &&
  (/^(合计|总计|小计|共计|总额|本页合计|本页小计|总合计|合计金额|人民币合计|外币合计|累计|汇总|total|totals|grandtotal|subtotal|sum|summe|gesamt)$/i.test(
    narrow(cell).replace(/[\s:：]/g, ''),
  ) ||
    /^(合计|总计|共计)[(:：]?\s*\d+\s*(笔|条|records?)?\)?$/i.test(narrow(cell).trim()))

/** What each total's text has a sign of; full-width letters may be a total too. */
const MAY_BE_TOTAL = /[计页]|total|[\uff01-\uff5e]/i

/** 本日合计, 承前页, Total for the day: in the text of a row that looks like a record. A bare TOTAL may be a shop's name. */
export const isTotalText = (text: string): boolean => {
  if (!MAY_BE_TOTAL.test(text)) return false
  const bare = narrow(text).replace(/[\s:：]/g, '')
  return (
    /^(?:[本当][日月年周季期页旬]|[日月年周季]度?)?(?:发生额)?(?:合计|小计|总计|共计|累计)(?:发生额)?$|^(?:承前页|过次页|承上页)$/.test(
      bare,
    ) ||
    /^(?:(?:grand|sub|daily|weekly|monthly|page|day'?s|month'?s)[- ]?totals?|totals? (?:for|of) .+)$/i.test(
      narrow(text).trim(),
    )
  )
}

/** Lines around the records that say something about the file. */
export const isRemark = (cells: readonly string[]): boolean => {
  if (beginsWithDigit(cells[0] ?? '')) return false
  const first = (cells[0] ?? '').trim()
  return (
    /^(#|\/\/|以上数据|以上信息|说明$|-{3,}|={3,}|\*{3,}|<END>|导出时间|打印时间|打印日期|下载时间|制表|说明[:：]|备注[:：]|注[:：]|温馨提示)/i.test(
      first,
    ) && cells.slice(1).filter(cell => cell.trim() !== '').length <= (/^说明$/.test(first) ? 1 : 0)
  )
}

/** Abbreviations as PayPal, Adyen and banks write them; those that several zones share (CST, IST) are not understood. */
const ZONES: Readonly<Record<string, string>> = {
  UTC: 'UTC',
  GMT: 'UTC',
  Z: 'UTC',
  PST: '-08:00',
  PDT: '-07:00',
  MST: '-07:00',
  MDT: '-06:00',
  EST: '-05:00',
  EDT: '-04:00',
  CET: '+01:00',
  CEST: '+02:00',
  BST: '+01:00',
  JST: '+09:00',
  HKT: '+08:00',
  SGT: '+08:00',
  北京时间: '+08:00',
  'PST/PDT': 'America/Los_Angeles',
  PST8PDT: 'America/Los_Angeles',
  'EST/EDT': 'America/New_York',
  'CET/CEST': 'Europe/Berlin',
}

export function zoneOf(word: string): string | null {
  const bare = narrow(word).trim()
  const known = ZONES[bare.toUpperCase()]
  if (known) return known
  const offset = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(bare)
  if (offset) return `${offset[1]}${offset[2]!.padStart(2, '0')}:${offset[3] ?? '00'}`
  return /^[A-Z][A-Za-z]+\/[A-Za-z_]+$/.test(bare) && isZone(bare) ? bare : null
}

function isZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
    return true
  } catch {
    return false
  }
}
