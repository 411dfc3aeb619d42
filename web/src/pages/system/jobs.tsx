import { Skeleton, Tag } from 'antd'
import type { JobsView } from '../../../../src/state/api.ts'
import { Listing } from '../../pieces/listing.tsx'
import { Panel } from '../../pieces/panel.tsx'
import { counted } from '../../pieces/phrases.ts'
import { Nothing } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { TASKS } from './words.ts'

type Task = JobsView['tasks'][number]

/** Background tasks: those with trouble first, then those at work, then by name. */
const weight = ({ failed, retrying, running, due }: Task): number =>
  failed > 0 ? 0 : retrying > 0 ? 1 : running + due > 0 ? 2 : 3

export function JobsPanel({ jobs }: { readonly jobs: JobsView | undefined }) {
  const t = useText()
  if (!jobs) return <Skeleton active />
  const tasks = jobs.tasks
    .filter(task => task.repeats || task.due + task.planned + task.running + task.failed > 0 || TASKS[task.task])
    .sort((a, b) => weight(a) - weight(b) || (a.task < b.task ? -1 : 1))
  return (
    <Panel
      title={t('后台任务', 'Background tasks')}
      said={
        <>
          {t('后台任务', 'Background tasks')}{' '}
          <span className="quiet">
            {t(`${jobs.workers} 个进程在执行`, counted(jobs.workers, 'process works', 'processes work'))}
          </span>
        </>
      }
    >
      <Listing<Task>
        label={t('后台任务', 'Background tasks')}
        rows={tasks}
        keyOf={({ task }) => task}
        empty={<Nothing what={t('没有后台任务', 'There are no tasks')} />}
        columns={[
          { title: t('任务', 'Task'), head: true, render: ({ task }) => t(TASKS[task] ?? { zh: task, en: task }) },
          { title: t('状态', 'State'), head: true, render: task => <TaskTag task={task} /> },
          {
            title: t('等待 / 执行中', 'Waiting / running'),
            right: true,
            render: ({ due, planned, running }) => `${due + planned} / ${running}`,
          },
          { title: t('下次执行', 'Next run'), render: ({ next_at }) => <When at={next_at} /> },
          {
            title: t('最近错误', 'Last error'),
            render: ({ last_error }) => (last_error === '' ? '—' : <span className="wrong">{last_error}</span>),
          },
        ]}
      />
    </Panel>
  )
}

function TaskTag({ task }: { readonly task: Task }) {
  const t = useText()
  if (task.failed > 0) return <Tag color="error">{t(`失败 ${task.failed}`, `${task.failed} failed`)}</Tag>
  if (task.retrying > 0) return <Tag color="warning">{t(`重试 ${task.retrying}`, `${task.retrying} retrying`)}</Tag>
  if (task.running > 0) return <Tag color="processing">{t('执行中', 'Running')}</Tag>
  if (task.due > 0) return <Tag color="processing">{t('排队', 'Queued')}</Tag>
  return <Tag>{task.repeats ? t('定时', 'Timed') : t('空闲', 'Idle')}</Tag>
}
