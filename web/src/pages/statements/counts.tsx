import { Tag } from 'antd'
import type { FileView } from '../../../../src/arrivals/api.ts'
import { useText } from '../../shell/text.ts'

/** Whether the day goes by this version. */
export function Counts({ file }: { readonly file: Pick<FileView, 'counts' | 'state'> }) {
  const t = useText()
  if (file.state !== 'booked' || file.counts === null) return null
  return file.counts ? (
    <Tag color="processing">{t('现行版本', 'Counts')}</Tag>
  ) : (
    <Tag>{t('非现行版本', 'Another version counts')}</Tag>
  )
}
