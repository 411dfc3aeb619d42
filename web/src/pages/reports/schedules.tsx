import { Button } from 'antd'
import { useState } from 'react'
import type { ScheduleList, ScheduleView, TemplateList } from '../../../../src/reports/api.ts'
import { Listing } from '../../pieces/listing.tsx'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Failed, Loading, Nothing } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { nameOf } from './templates.tsx'
import { ENDED_BY_ITSELF, EVERY, FORMATS, WEEKDAYS } from './words.ts'

/** What is exported by itself, when next, and ending it. */
export function Schedules() {
  const t = useText()
  const deed = useDeed(['reports'])
  const [ending, setEnding] = useState<ScheduleView | null>(null)
  const { data, error } = useRead<ScheduleList>('reports', '/api/reports/schedules')
  const templates = useRead<TemplateList>('reports', '/api/reports/templates')
  const name = (id: string): string => {
    const found = templates.data?.templates.find(({ template_id }) => template_id === id)
    return found ? nameOf(found, t) : t('已停用的模板', 'An archived template')
  }
  const rhythm = ({ every, day_no, local_time }: ScheduleView): string => {
    const often = t(EVERY[every] ?? { zh: every, en: every })
    const day =
      every === 'week'
        ? t(WEEKDAYS[(day_no ?? 1) - 1] ?? { zh: '', en: '' })
        : every === 'month'
          ? t(`${day_no} 日`, `day ${day_no}`)
          : ''
    return [often, day, local_time].filter(Boolean).join(' ')
  }
  const whyEnded = ({ ended_why: why }: ScheduleView): string => t(ENDED_BY_ITSELF[why] ?? { zh: why, en: why })
  if (error) return <Failed error={error} />
  if (!data) return <Loading rows={6} />
  return (
    <>
      <Listing<ScheduleView>
        label={t('定时导出', 'Schedules')}
        rows={data.schedules}
        keyOf={({ schedule_id }) => schedule_id}
        empty={<Nothing what={t('还没有定时导出；在模板里设定', 'None yet; they are made from a template')} />}
        columns={[
          { title: t('报表', 'Report'), head: true, render: ({ template_id }) => name(template_id) },
          { title: t('何时', 'When'), render: rhythm },
          { title: t('格式', 'Format'), render: ({ format }) => FORMATS[format] ?? format },
          { title: t('下次', 'Next'), render: ({ next_at }) => <When at={next_at} whole /> },
          { title: t('上次', 'Last'), render: ({ last_at }) => <When at={last_at} whole /> },
          { title: t('邮件', 'Mail'), render: ({ notify }) => notify ?? '—' },
          {
            title: '',
            render: schedule =>
              schedule.ended_at ? (
                <span className="quiet">
                  {t('已结束', 'Ended')} {whyEnded(schedule)}
                </span>
              ) : (
                <Button size="small" danger onClick={() => setEnding(schedule)}>
                  {t('结束', 'End')}
                </Button>
              ),
          },
        ]}
      />
      <ReasonDialog
        open={ending !== null}
        title={t('结束定时导出', 'End the schedule')}
        confirm={t('结束', 'End')}
        danger
        close={() => setEnding(null)}
        decide={reason =>
          deed.mutateAsync({
            method: 'POST',
            path: `/api/reports/schedules/${ending?.schedule_id}/end`,
            body: { reason: reason.slice(0, 300) },
          })
        }
      />
    </>
  )
}
