import { exponentOf } from '../../kernel/money.ts'
import { amountTroubleText } from '../amount_text.ts'
import type { Sentences } from '../collector.ts'
import type { Movement } from './message.ts'

/** Why something cannot be a record; `element` is its column. */
export type Refusal = { readonly element: string; readonly code: string; readonly text: Sentences }

/** Whether something in the movement cannot be told at all. */
export function unclear(movement: Movement): Refusal | null {
  if (movement.damaged)
    return {
      element: 'Ntry',
      code: 'bytes_undecodable',
      text: {
        zh: '含有无法解码的字节（被截断的字符或混用了编码）：请重新下载原始文件',
        en: 'it holds bytes that cannot be decoded (a cut character or a mix of encodings); fetch the original file again',
      },
    }
  if (movement.unclear === '') return null
  return {
    element: movement.unclear,
    code: 'element_unclear',
    text: {
      zh: `元素 ${movement.unclear} 重复或夹杂文字，含义不明：请重新下载报文`,
      en: `the element ${movement.unclear} stands twice or amid text, so what it means is not clear; fetch the message again`,
    },
  }
}

/** Why an amount cannot be read. */
export function amountRefusal(element: string, text: string, currency: string): Refusal {
  if (/^-\s*[\d.]+$/.test(text))
    return {
      element,
      code: 'amount_unreadable',
      text: {
        zh: `金额“${text.slice(0, 40)}”带负号：ISO 20022 的金额没有正负号，方向由 CdtDbtInd 决定，请向银行核实`,
        en: `the amount "${text.slice(0, 40)}" has a minus sign: amounts of ISO 20022 have none, their direction is CdtDbtInd; ask the bank`,
      },
    }
  const exponent = exponentOf(currency)
  const trouble =
    text === ''
      ? 'empty'
      : /^\d+\.\d+$/.test(text)
        ? 'decimals'
        : /^\d+E[+-]?\d+$/i.test(text)
          ? 'scientific'
          : 'unreadable'
  return {
    element,
    code: 'amount_unreadable',
    text: amountTroubleText(/^\d{16,}/.test(text) ? 'too_large' : trouble, text, exponent),
  }
}

export const sideRefusal = (element: string, text: string): Refusal => ({
  element,
  code: 'direction_unreadable',
  text: {
    zh: `借贷标志“${text.slice(0, 40)}”无法识别，应为 CRDT 或 DBIT`,
    en: `the direction "${text.slice(0, 40)}" cannot be read; CRDT or DBIT is expected`,
  },
})

export const currencyRefusal = (text: string): Refusal => ({
  element: 'Amt@Ccy',
  code: 'currency_missing',
  text: {
    zh: `币种“${text.slice(0, 40)}”缺失或无法识别，应为 CNY 这样的三个字母：请用选项指明币种`,
    en: `the currency "${text.slice(0, 40)}" is missing or not three letters like EUR: give it as an option`,
  },
})

export const dateRefusal = (text: string): Refusal => ({
  element: 'BookgDt',
  code: 'time_unreadable',
  text: {
    zh: `日期“${text.slice(0, 40)}”无法识别，应为 2026-11-20 或 2026-11-20T09:30:00+08:00`,
    en: `the date "${text.slice(0, 40)}" cannot be read; 2026-11-20 or 2026-11-20T09:30:00+08:00 is expected`,
  },
})
