import { Failure } from '../kernel/failure.ts'
import { FIELDS, type Field, type StatementOptions } from '../statements/statement.ts'
import type { ReadingAsk } from './api.ts'

/** A person's word on how a file is read, as it comes over HTTP. Throws mapping_unreadable. Pure. */
export function readingOf({ mapping, currency, date_order, decimal }: ReadingAsk): StatementOptions {
  return {
    ...(mapping === undefined ? {} : { mapping: mappingOf(mapping) }),
    ...(currency === undefined ? {} : { currency }),
    ...(date_order === undefined ? {} : { dateOrder: date_order }),
    ...(decimal === undefined ? {} : { decimal }),
  }
}

function mappingOf(text: string): Readonly<Record<string, Field | null>> {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    throw unreadable()
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw unreadable()
  for (const [column, field] of Object.entries(read))
    if (field !== null && !(FIELDS as readonly unknown[]).includes(field)) throw unreadable(column)
  return read as Record<string, Field | null>
}

const unreadable = (column?: string): Failure =>
  new Failure(
    'mapping_unreadable',
    {
      zh: `mapping${column === undefined ? '' : ` 中“${column}”的含义`}无法识别：应为 JSON 对象，列名（或 #3）对应 ${FIELDS.join('、')} 之一，或 null 表示不用`,
      en: `mapping${column === undefined ? '' : ` says something unknown of "${column}"`}: a JSON object is expected, from a header (or #3) to one of ${FIELDS.join(', ')}, or null to leave it out`,
    },
    column === undefined ? {} : { column },
  )
