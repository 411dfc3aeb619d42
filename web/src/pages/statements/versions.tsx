import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { FileView } from '../../../../src/arrivals/api.ts'
import { Listing } from '../../pieces/listing.tsx'
import { State } from '../../pieces/states.tsx'
import { grouped, When } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { Counts } from './counts.tsx'
import { FILE_LOOKS, KIND_NAMES } from './words.ts'

type VersionListProps = {
  readonly files: readonly FileView[]
  /** The one that is looked at. */
  readonly open?: number
  readonly changes: (file: FileView) => ReactNode
}

/** Versions of a day's statement, newest first, and which of them counts. */
export function VersionList({ files, open, changes }: VersionListProps) {
  const t = useText()
  return (
    <Listing<FileView>
      label={t('对账单各版本', 'Versions of the statement')}
      rows={files}
      keyOf={({ file_id: id }) => id}
      chosen={open}
      empty={t('对账单未到', 'No statement has come')}
      columns={[
        {
          title: t('文件', 'File'),
          head: true,
          render: ({ file_id: id, name }) =>
            id === open ? <strong>{name}</strong> : <Link to={`/statements/${id}`}>{name}</Link>,
        },
        {
          title: t('状态', 'State'),
          head: true,
          render: file => (
            <>
              <State of={file.state} looks={FILE_LOOKS} /> <Counts file={file} />
            </>
          ),
        },
        { title: t('种类', 'Kind'), wide: true, render: ({ kind }) => t(KIND_NAMES[kind]) },
        { title: t('生成时间', 'Made at'), render: ({ made_at: at }) => <When at={at} /> },
        { title: t('收到', 'Received'), render: ({ received_at: at }) => <When at={at} /> },
        { title: t('记录', 'Records'), right: true, render: ({ records }) => grouped(String(records)) },
        { title: t('差异', 'Changes'), right: true, render: changes },
      ]}
    />
  )
}
