import type { Field, StatementOptions } from '../statement.ts'
import type { Doubt } from './doubt.ts'
import { bareHeader } from './vocabulary.ts'

/** The person's word, by header or "#3". */
export function saidColumns(
  headers: readonly string[],
  options: StatementOptions,
  doubts: Doubt[],
): Map<number, Field | null> {
  const said = new Map<number, Field | null>()
  for (const [name, field] of Object.entries(options.mapping ?? {})) {
    const number = /^#(\d+)$/.exec(name)
    const column = number
      ? Number(number[1]) - 1
      : headers.findIndex(header => header === name || bareHeader(header) === bareHeader(name))
    const namesakes = number
      ? []
      : headers.flatMap((header, index) => (header === headers[column] ? [`#${index + 1}`] : []))
    if (namesakes.length > 1)
      doubts.push({
        column: name,
        code: 'column_ambiguous',
        zh: `文件有 ${namesakes.length} 列都叫“${name}”：列映射里请写列号，即 ${namesakes.join('、')} 之一`,
        en: `${namesakes.length} columns are called "${name}": name one by its number, ${namesakes.join(' or ')}`,
      })
    else if (column >= 0 && column < headers.length) said.set(column, field)
    else
      doubts.push({
        column: name,
        code: 'column_missing',
        zh: `列映射里的“${name}”在文件中不存在；文件的列是：${headers.join('、')}`,
        en: `the mapping names a column "${name}" that the file does not have; its columns are: ${headers.join(', ')}`,
      })
  }
  return said
}
