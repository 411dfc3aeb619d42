import PDFDocument from 'pdfkit'
import { TEXT_INK, type TextStyle, useFont, writeLine } from '../system/pdf_text.ts'
import { capitalsOf, type Receipt, shownCode } from './receipt.ts'

/**
 * 电子缴费凭证 as a PDF, A5 across, Chinese with English. The font goes in as the few glyphs that are used. The same receipt
 * gives the same bytes: nothing in the document tells of a clock.
 */
const WIDTH = 595.28
const HEIGHT = 419.53
const MARGIN = 36
const INNER = WIDTH - 2 * MARGIN
const LABEL = 92
const ROW = 27
const FAINT = '#6b7280'
const LINE = '#c7ccd4'
const ACCENT = '#0b4f8a'
const RED = '#b42318'

const CHANNELS: Readonly<Record<string, string>> = {
  wechat: '微信支付 WeChat Pay',
  alipay: '支付宝 Alipay',
  unionpay: '中国银联 UnionPay',
  bank: '银行转账 Bank transfer',
}

/** `verifyUrl`: where the code is checked; printed at the foot, with the code. */
export function receiptPdf(receipt: Receipt, code: string, verifyUrl: string): Promise<Buffer> {
  const paper = new PDFDocument({
    size: [WIDTH, HEIGHT],
    margin: 0,
    autoFirstPage: true,
    lang: 'zh-CN',
    info: {
      Title: `电子缴费凭证 ${receipt.receipt_no}`,
      Author: '抚州支付平台',
      CreationDate: new Date(receipt.issued_at),
    },
  })
  const pieces: Buffer[] = []
  const whole = new Promise<Buffer>((resolve, reject) => {
    paper.on('data', (piece: Buffer) => pieces.push(piece))
    paper.on('end', () => resolve(Buffer.concat(pieces)))
    paper.on('error', reject)
  })
  useFont(paper)
  draw(new Sheet(paper), receipt, code, verifyUrl)
  paper.end()
  return whole
}

function draw(sheet: Sheet, receipt: Receipt, code: string, verifyUrl: string): void {
  const capitals = capitalsOf(receipt)
  sheet.text('电子缴费凭证', MARGIN, 24, { size: 19, width: INNER, align: 'center', color: ACCENT })
  sheet.text('Payment Receipt', MARGIN, 50, { size: 9, width: INNER, align: 'center', color: FAINT })
  sheet.text(`凭证号 No. ${receipt.receipt_no}`, MARGIN, 66, { size: 8, width: INNER, color: FAINT })
  sheet.text(`出具时间 Issued ${localTime(receipt.issued_at)}`, MARGIN, 66, {
    size: 8,
    width: INNER,
    align: 'right',
    color: FAINT,
  })
  const rows: readonly (readonly [Cell, Cell?])[] = [
    [{ zh: '收款单位', en: 'Payee', value: receipt.merchant }],
    [
      { zh: '缴费项目', en: 'Fee item', value: receipt.fee_item },
      { zh: receipt.account_label, en: 'Account', value: receipt.account },
    ],
    [
      { zh: '账单', en: 'Bill', value: [receipt.title, receipt.period].filter(Boolean).join('  ') },
      { zh: '缴费人', en: 'Payer', value: receipt.payer || '—' },
    ],
    [{ zh: '金额（大写）', en: 'In words', value: capitals || `${receipt.currency} ${receipt.amount}` }],
    [
      { zh: '金额（小写）', en: 'Amount', value: figures(receipt.amount, receipt.currency), strong: true },
      { zh: '退款', en: 'Refunded', ...refundOf(receipt) },
    ],
    [
      { zh: '支付渠道', en: 'Channel', value: CHANNELS[receipt.channel] ?? receipt.channel },
      { zh: '支付时间', en: 'Paid at', value: localTime(receipt.paid_at) },
    ],
    [
      { zh: '渠道交易号', en: 'Channel no.', value: receipt.channel_trade_no || '—' },
      { zh: '入账时间', en: 'Booked at', value: localTime(receipt.booked_at) },
    ],
    [
      { zh: '缴费单号', en: 'Bill no.', value: receipt.order_no },
      { zh: '支付单号', en: 'Payment no.', value: receipt.payment_no },
    ],
  ]
  const top = 82
  for (const [i, cells] of rows.entries()) sheet.row(top + i * ROW, cells)
  const foot = top + rows.length * ROW + 12
  sheet.text('校验码 Verification code', MARGIN, foot + 3, { size: 8.5, width: 130, color: FAINT })
  sheet.text(shownCode(code), MARGIN + 132, foot - 2, { size: 15, width: 220, color: ACCENT })
  sheet.text(`核验 Verify: ${verifyUrl}?code=${shownCode(code)}`, MARGIN, foot + 24, {
    size: 8,
    width: INNER,
    color: FAINT,
  })
  sheet.text(
    '本凭证由抚州支付平台根据入账记录出具，真伪及最新退款状态以核验结果为准；不作为发票使用。',
    MARGIN,
    foot + 38,
    { size: 8, width: INNER, color: FAINT },
  )
  sheet.text(
    'Issued from the books of Fuzhou Pay. Whether it is genuine, and what was refunded since, is told by the verification. Not an invoice.',
    MARGIN,
    foot + 50,
    { size: 7, width: INNER, color: FAINT },
  )
}

type Cell = {
  readonly zh: string
  readonly en: string
  readonly value: string
  readonly strong?: boolean
  readonly warn?: boolean
}

class Sheet {
  readonly #paper: PDFKit.PDFDocument

  constructor(paper: PDFKit.PDFDocument) {
    this.#paper = paper
  }

  text(text: string, x: number, y: number, style: TextStyle): void {
    writeLine(this.#paper, text, x, y, style)
  }

  row(y: number, [first, second]: readonly [Cell, Cell?]): void {
    const half = INNER / 2
    this.#cell(MARGIN, y, second ? half : INNER, first)
    if (second) this.#cell(MARGIN + half, y, half, second)
  }

  #cell(x: number, y: number, width: number, { zh, en, value, strong = false, warn = false }: Cell): void {
    this.#paper.lineWidth(0.6).strokeColor(LINE).rect(x, y, width, ROW).stroke()
    this.#paper.rect(x, y, LABEL, ROW).fillAndStroke('#f3f5f8', LINE)
    this.text(zh, x + 6, y + 3, { size: 9, width: LABEL - 12, color: TEXT_INK })
    this.text(en, x + 6, y + 15.5, { size: 6.5, width: LABEL - 12, color: FAINT })
    const size = strong ? 13 : 9.5
    this.text(value, x + LABEL + 8, y + (ROW - size * 1.45) / 2, {
      size,
      width: width - LABEL - 14,
      color: warn ? RED : TEXT_INK,
    })
  }
}

function refundOf(receipt: Receipt): Pick<Cell, 'value' | 'warn'> {
  const amount = figures(receipt.refunded, receipt.currency)
  if (receipt.refund_flag === 'none') return { value: '无 None' }
  return { value: `${receipt.refund_flag === 'full' ? '已全额退款 Full' : '部分退款 Part'} ${amount}`, warn: true }
}

const figures = (amount: string, currency: string): string => {
  const grouped = amount.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')
  return currency === 'CNY' ? `¥${grouped}` : `${grouped} ${currency}`
}

/** The receipt's own local time, with its zone: "2026-11-25 09:30:12 +08:00". */
const localTime = (text: string): string => text.replace('T', ' ').replace(/([+-]\d\d:\d\d)$/, ' $1')
