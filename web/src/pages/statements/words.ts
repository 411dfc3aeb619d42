import type { ArrivalView, FileView } from '../../../../src/arrivals/api.ts'
import type { StateLook } from '../../pieces/look.ts'
import type { Both } from '../../shell/both.ts'

export type ArrivalLook = 'arrived' | 'empty' | 'acceptance' | 'refused' | 'failed' | 'missing' | 'late' | 'awaited'

/** How an arrival stands for whoever waits for it: what is there, what is late, what is missing. Pure. */
export function arrivalLook(
  { state, expected_at, alert_at, alerted_at }: Pick<ArrivalView, 'state' | 'expected_at' | 'alert_at' | 'alerted_at'>,
  now: number,
): ArrivalLook {
  if (state === 'arrived' || state === 'empty' || state === 'refused') return state
  if (state === 'awaiting_acceptance') return 'acceptance'
  if (alerted_at !== null || now >= Date.parse(alert_at)) return 'missing'
  if (state === 'failed') return 'failed'
  return now >= Date.parse(expected_at) ? 'late' : 'awaited'
}

export const ARRIVAL_LOOKS: Readonly<Record<ArrivalLook, StateLook>> = {
  arrived: { zh: '已到达', en: 'Arrived', colour: 'success' },
  empty: { zh: '当日无交易', en: 'Nothing that day', colour: 'success' },
  acceptance: { zh: '有坏行，待复核', en: 'Bad rows, to be accepted', colour: 'warning' },
  refused: { zh: '不符，未入账', en: 'Refused', colour: 'error' },
  failed: { zh: '下载失败，将重试', en: 'Failed, tried again', colour: 'warning' },
  missing: { zh: '缺失', en: 'Missing', colour: 'error' },
  late: { zh: '等待中', en: 'Late', colour: 'warning' },
  awaited: { zh: '未到时间', en: 'Not due yet', colour: 'default' },
}

export const FILE_LOOKS: Readonly<Record<FileView['state'], StateLook>> = {
  booked: { zh: '已入账', en: 'Booked', colour: 'success' },
  awaiting_acceptance: { zh: '有坏行，待复核', en: 'Bad rows, to be accepted', colour: 'warning' },
  refused: { zh: '未入账', en: 'Refused', colour: 'error' },
}

export const KIND_NAMES: Readonly<Record<FileView['kind'], Both>> = {
  trade: { zh: '交易账单', en: 'trades' },
  funds: { zh: '资金账单', en: 'funds' },
}

export const SOURCE_NAMES: Readonly<Record<ArrivalView['source'], Both>> = {
  api: { zh: '渠道接口', en: 'channel' },
  sftp: { zh: 'SFTP', en: 'SFTP' },
  folder: { zh: '文件夹', en: 'folder' },
  upload: { zh: '人工上传', en: 'upload' },
}

export const CHANGE_LOOKS: Readonly<Record<string, StateLook>> = {
  added: { zh: '新增', en: 'Added', colour: 'success' },
  removed: { zh: '删除', en: 'Removed', colour: 'error' },
  changed: { zh: '改动', en: 'Changed', colour: 'warning' },
}

const UNITS = ['B', 'KB', 'MB', 'GB'] as const

/** 1536 → "1.5 KB". Pure. */
export function sizeText(bytes: number): string {
  let unit = 0
  let size = bytes
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024
    unit++
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`
}
