import { Link, useNavigate } from 'react-router'
import type { FileList, FileView } from '../../../../src/arrivals/api.ts'
import { useListKeys } from '../../pieces/list_keys.ts'
import { PagedRows } from '../../pieces/paged.tsx'
import { counted } from '../../pieces/phrases.ts'
import { State } from '../../pieces/states.tsx'
import { ChannelName, When } from '../../pieces/values.tsx'
import { usePages } from '../../shell/paging.ts'
import { useText } from '../../shell/text.ts'
import type { Filter } from './arrivals.tsx'
import { FILE_LOOKS, KIND_NAMES, sizeText } from './words.ts'

const rowsOf = (answer: FileList): readonly FileView[] => answer.files
const addressOf = (file: FileView | undefined): string => `/statements/${file?.file_id}`

/** All files that came, the newest first: of a day with several, each is a version. */
export function Files({ filter }: { readonly filter: Filter }) {
  const t = useText()
  const navigate = useNavigate()
  const list = usePages<FileList, FileView>('statements', '/api/statements', { ...filter, limit: 100 }, rowsOf)
  const at = useListKeys({ count: list.rows.length, open: index => void navigate(addressOf(list.rows[index])) })
  return (
    <PagedRows
      list={list}
      empty={t('没有符合条件的文件', 'No file fits these filters')}
      keyOf={file => file.file_id}
      height={76}
      viewport="calc(100dvh - 270px)"
      label={t('对账单文件', 'Statement files')}
      at={at}
      render={(file, index) => <FileRow file={file} chosen={index === at.chosen} />}
    />
  )
}

function FileRow({ file, chosen }: { readonly file: FileView; readonly chosen: boolean }) {
  const t = useText()
  return (
    <Link to={addressOf(file)} className={chosen ? 'file-row row-chosen' : 'file-row'}>
      <span>
        <strong>{file.name}</strong>
        <span className="quiet">
          <ChannelName channel={file.channel} /> {file.account} · {t(KIND_NAMES[file.kind])} ·{' '}
          {file.day ?? t('不限一日', 'no single day')}
        </span>
      </span>
      <State of={file.state} looks={FILE_LOOKS} />
      <span className="quiet">
        {t(`${file.records} 条`, counted(file.records, 'record'))}
        {file.rejected > 0 && <span className="wrong">{t(`，坏行 ${file.rejected}`, `, ${file.rejected} bad`)}</span>}
        {file.changes > 0 && t(`，与前一版差异 ${file.changes}`, `, ${counted(file.changes, 'change')}`)} ·{' '}
        {sizeText(file.bytes)}
      </span>
      <When at={file.received_at} />
    </Link>
  )
}
