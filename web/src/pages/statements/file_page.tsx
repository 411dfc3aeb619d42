import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Flex, Modal, Tabs } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { FileDetail, FileList } from '../../../../src/arrivals/api.ts'
import { Failed, Loading, Nothing, Page, State } from '../../pieces/states.tsx'
import { ChannelName, Num, When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { Acceptance } from './acceptance.tsx'
import { Changes } from './changes.tsx'
import { Controls } from './controls.tsx'
import { Counts } from './counts.tsx'
import { ProblemList } from './problems.tsx'
import { VersionList } from './versions.tsx'
import { FILE_LOOKS, KIND_NAMES, sizeText } from './words.ts'
import './statements.css'

/** One file: what it states and what was found, its problems row by row, its versions, and the bytes as they came. */
export default function FilePage() {
  const t = useText()
  const { fileId = '' } = useParams()
  const { data, error, refetch } = useRead<FileDetail>(
    'statements',
    `/api/statements/${encodeURIComponent(fileId)}`,
    undefined,
    {
      keep: false,
    },
  )
  return (
    <Page title={data?.name ?? t('对账单文件', 'Statement file')} extra={data && <Download file={data} />}>
      {error && <Failed error={error} again={() => void refetch()} />}
      {!error && !data && <Loading rows={12} />}
      {data && <Shown file={data} />}
    </Page>
  )
}

function Shown({ file }: { readonly file: FileDetail }) {
  const t = useText()
  return (
    <>
      <Acceptance file={file} />
      {file.state === 'refused' && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 12 }}
          title={t(
            '没有入账：文件自己的合计与记录不符，或不是这个账户、这一天的。请重新获取正确的文件。',
            'Nothing was booked: its own totals do not fit its records, or it is another account’s or day’s. Fetch the right one.',
          )}
        />
      )}
      <dl className="file-facts">
        <Fact name={t('状态', 'State')}>
          <State of={file.state} looks={FILE_LOOKS} /> <Counts file={file} />
        </Fact>
        <Fact name={t('账户', 'Account')}>
          <ChannelName channel={file.channel} /> {file.account}
        </Fact>
        <Fact name={t('账期', 'Day')}>{file.day ?? t('不限一日', 'no single day')}</Fact>
        <Fact name={t('种类', 'Kind')}>
          {t(KIND_NAMES[file.kind])} · {file.format}
        </Fact>
        <Fact name={t('记录', 'Records')}>{file.records}</Fact>
        <Fact name={t('入账', 'Booked')}>{file.booked}</Fact>
        <Fact name={t('已知（重复）', 'Known before')}>{file.known}</Fact>
        {file.passed_over > 0 && (
          <Fact name={t('未采用（已有更新版本）', 'Passed over for a newer version')}>{file.passed_over}</Fact>
        )}
        {file.superseded > 0 && <Fact name={t('取代旧版本的', 'Taken from older versions')}>{file.superseded}</Fact>}
        <Fact name={t('坏行', 'Bad rows')}>
          <span className={file.rejected > 0 ? 'wrong' : undefined}>{file.rejected}</span>
        </Fact>
        <Fact name={t('收到', 'Received')}>
          <When at={file.received_at} whole />
        </Fact>
        {file.made_at !== file.received_at && (
          <Fact name={t('生成时间', 'Made at')}>
            <When at={file.made_at} whole />
          </Fact>
        )}
        {file.same_as !== null && (
          <Fact name={t('内容同', 'Same bytes as')}>
            <Link to={`/statements/${file.same_as}`}>{t(`文件 ${file.same_as}`, `file ${file.same_as}`)}</Link>
          </Fact>
        )}
        <Fact name={t('大小', 'Size')}>{sizeText(file.bytes)}</Fact>
        <Fact name="SM3">
          <Num>{file.sm3}</Num>
        </Fact>
      </dl>
      <Tabs
        tabBarGutter={18}
        defaultActiveKey={file.problems.length === 0 && file.changes > 0 ? 'changes' : 'problems'}
        items={[
          {
            key: 'problems',
            label: t(`问题（${file.problems.length}）`, `Problems (${file.problems.length})`),
            children: <Problems problems={file.problems} />,
          },
          { key: 'controls', label: t('合计', 'Totals'), children: <Controls controls={file.controls} /> },
          {
            key: 'changes',
            label: t(`差异（${file.changes}）`, `Changes (${file.changes})`),
            children: <Changes file={file} />,
          },
          { key: 'versions', label: t('版本', 'Versions'), children: <Versions file={file} /> },
        ]}
      />
    </>
  )
}

const Fact = ({ name, children }: { readonly name: string; readonly children: React.ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

function Problems({ problems }: { readonly problems: FileDetail['problems'] }) {
  const t = useText()
  if (problems.length === 0) return <Nothing what={t('没有发现问题', 'No problem was found')} />
  return (
    <ProblemList
      problems={problems.map(problem => ({
        ...problem,
        words: t({ zh: problem.message_zh, en: problem.message_en }),
      }))}
    />
  )
}

function Versions({ file }: { readonly file: FileDetail }) {
  const t = useText()
  const { data, error } = useRead<FileList>(
    'statements',
    '/api/statements',
    { account: file.account, day: file.day, kind: file.kind, limit: 100 },
    { enabled: file.day !== null },
  )
  if (file.day === null)
    return <Nothing what={t('这个文件不是某一天的整份对账单', 'This file is no whole day’s statement')} />
  if (error) return <Failed error={error} />
  if (!data) return <Loading rows={3} />
  return <VersionList files={data.files} open={file.file_id} changes={({ changes }) => changes} />
}

function Download({ file }: { readonly file: FileDetail }) {
  const t = useText()
  const { may } = useSession()
  const [open, setOpen] = useState(false)
  if (!may('field.account_no', 'field.payer_name', 'field.contact')) return null
  return (
    <Flex>
      <Button icon={<DownloadOutlined />} onClick={() => setOpen(true)}>
        {t('下载原文', 'Download as it came')}
      </Button>
      <Modal
        open={open}
        title={t('下载对账单原文？', 'Download the statement as it came?')}
        cancelText={t('取消', 'Cancel')}
        okText={t('下载', 'Download')}
        okButtonProps={{ href: `/api/statements/${file.file_id}/raw` }}
        onOk={() => setOpen(false)}
        onCancel={() => setOpen(false)}
      >
        {t(
          '原文含缴费人信息。谁、何时、下载了哪个文件，都记入操作日志。',
          'It holds data of payers. Who downloaded it, and when, is kept in the operation log.',
        )}
      </Modal>
    </Flex>
  )
}
