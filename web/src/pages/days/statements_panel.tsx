import { Button, Drawer, Grid } from 'antd'
import { useState } from 'react'
import type { FileList, FileView } from '../../../../src/arrivals/api.ts'
import type { DayView } from '../../../../src/reconciliation/days/api.ts'
import { Failed, Loading } from '../../pieces/states.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { Changes } from '../statements/changes.tsx'
import { VersionList } from '../statements/versions.tsx'

/** Versions of the day's statement, newest first, and what each changed. */
export function StatementsPanel({ day }: { readonly day: DayView }) {
  const t = useText()
  const [opened, setOpened] = useState<FileView | null>(null)
  const wide = Grid.useBreakpoint().md ?? true
  const { channel, account, business_date: date } = day
  const read = useRead<FileList>('statements', '/api/statements', { channel, account, day: date })
  return (
    <section className="day-panel">
      <h2>{t('对账单各版本', 'Versions of the statement')}</h2>
      {read.error && <Failed error={read.error} again={() => void read.refetch()} />}
      {!read.data && !read.error && <Loading rows={3} />}
      {read.data && (
        <VersionList
          files={read.data.files}
          changes={file =>
            file.changes === 0 ? (
              '—'
            ) : (
              <Button type="link" onClick={() => setOpened(file)}>
                {t(`${file.changes} 条`, `${file.changes}`)}
              </Button>
            )
          }
        />
      )}
      <Drawer
        open={opened !== null}
        onClose={() => setOpened(null)}
        size={wide ? 760 : '100%'}
        title={opened && t(`${opened.name} 改了什么`, `What ${opened.name} changed`)}
        destroyOnHidden
      >
        {opened && <Changes file={opened} />}
      </Drawer>
    </section>
  )
}
