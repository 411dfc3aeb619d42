import { useQuery } from '@tanstack/react-query'
import { Table, type TableRef } from 'antd'
import { useRef } from 'react'
import type { Content, Preview } from '../../../../src/reports/api.ts'
import { useReachedByKeyboard } from '../../pieces/listing.tsx'
import { counted } from '../../pieces/phrases.ts'
import { Failed, Loading, Nothing } from '../../pieces/states.tsx'
import { ask, type Refused } from '../../shell/api.ts'
import { useLang, useText } from '../../shell/text.ts'

/** Amounts and shares, which stand to the right; numbers of things are texts. */
const isFigures = (texts: readonly string[]): boolean =>
  texts.some(text => text !== '') && texts.every(text => text === '' || /^-?[\d,]+\.\d+%?$/.test(text))

/** The first 50 rows, masked as the reader's roles have it. */
export function PreviewTable({ content }: { readonly content: Content }) {
  const t = useText()
  const lang = useLang()
  // A question that changes nothing, asked by POST because it is long.
  const { data, error, refetch } = useQuery<Preview, Refused>({
    queryKey: ['reports', 'preview', lang, content],
    queryFn: ({ signal }) => ask<Preview>('POST', '/api/reports/preview', { body: { content, lang }, signal }),
    retry: false,
  })
  const table = useRef<TableRef>(null)
  useReachedByKeyboard(table, data !== undefined && data.rows.length > 0)
  return (
    <section aria-label={t('预览', 'Preview')} style={{ marginTop: 16 }}>
      {error && <Failed error={error} again={() => void refetch()} />}
      {!data && !error && <Loading rows={6} />}
      {data && data.rows.length === 0 && <Nothing what={t('没有符合条件的数据', 'No row fits')} />}
      {data && data.rows.length > 0 && (
        <>
          <p className="quiet">
            {t(`预览（前 ${data.rows.length} 行）`, `Preview (the first ${counted(data.rows.length, 'row')})`)}
          </p>
          <Table
            ref={table}
            size="small"
            pagination={false}
            scroll={{ x: 'max-content', y: 420 }}
            rowKey={row => data.rows.indexOf(row)}
            dataSource={data.rows}
            columns={data.titles.map((title, i) => ({
              title,
              key: i,
              render: (_: unknown, row: readonly (string | null)[]) => row[i] ?? '—',
              ...(isFigures(data.rows.map(row => row[i] ?? '')) ? { align: 'right' as const } : {}),
            }))}
          />
        </>
      )}
    </section>
  )
}
