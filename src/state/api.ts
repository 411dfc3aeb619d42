import { type Static, Type } from 'typebox'
import { orNull } from '../system/schema_words.ts'

/** How the platform itself stands, for whoever runs it: figures and times, nothing of a customer. */

const At = Type.String({ format: 'date-time' })
const Count = Type.Integer({ minimum: 0 })

export const SystemView = Type.Object({
  version: Type.String(),
  node: Type.String(),
  started_at: At,
  streams: Type.Integer({ description: '本进程打开的实时连接 Open streams of this process' }),
  database: Type.Object({
    version: Type.String(),
    bytes: Type.Integer({ description: '数据库大小（字节）Size of the database' }),
    connections: Count,
    connections_max: Count,
    started_at: At,
  }),
  migrations: Type.Object({ applied: Count, waiting: Count, last: Type.String() }),
})
export type SystemView = Static<typeof SystemView>

export const JobsView = Type.Object({
  workers: Type.Integer({ description: '在线的任务进程 Processes that work on the queue' }),
  tasks: Type.Array(
    Type.Object({
      task: Type.String(),
      repeats: Type.Boolean({ description: '定时重复 Runs by itself, again and again' }),
      due: Count,
      planned: Count,
      running: Count,
      retrying: Type.Integer({ description: '失败后待重试 Failed, to be tried again' }),
      failed: Type.Integer({ description: '不再重试 Tried for the last time' }),
      next_at: orNull(At),
      last_error: Type.String(),
    }),
  ),
})
export type JobsView = Static<typeof JobsView>

export const ChannelsView = Type.Object({
  hours: Type.Integer({ description: '统计最近多少小时 The figures are of so many hours' }),
  accounts: Type.Array(
    Type.Object({
      channel: Type.String(),
      account: Type.String(),
      started: Count,
      paid: Count,
      last_booked_at: orNull(At),
      notices_refused: Count,
      refused_code: Type.String(),
      statements: Type.Array(
        Type.Object({
          kind: Type.Unsafe<'trade' | 'funds'>({ type: 'string', enum: ['trade', 'funds'] }),
          last_day: orNull(Type.String()),
          last_at: orNull(At),
          missing: Type.Integer({ description: '到期未到的对账单 Expected and not there' }),
          trouble: orNull(Type.Object({ zh: Type.String(), en: Type.String() })),
        }),
      ),
    }),
  ),
  waiting: Type.Array(
    Type.Object({
      channel: Type.String(),
      state: Type.String(),
      answer: Type.String({ description: '渠道最近一次答复 What the channel said last' }),
      count: Count,
      oldest: At,
    }),
    { description: '延迟补偿队列 Payments that are asked about again' },
  ),
})
export type ChannelsView = Static<typeof ChannelsView>

const Level = <T extends string>(...all: T[]) => Type.Unsafe<T>({ type: 'string', enum: all })

export const StatusNote = Type.Object({
  level: Level('attention', 'danger'),
  alert: Type.String({ description: '对应告警，处理办法见 docs/alerts.md Its alert: docs/alerts.md says what to do' }),
  zh: Type.String(),
  en: Type.String(),
})
export type StatusNote = Static<typeof StatusNote>

export const StatusView = Type.Object({
  level: Level('good', 'attention', 'danger'),
  at: At,
  next_close_at: orNull(Type.String({ format: 'date-time', description: '下次日终 The next close' })),
  notes: Type.Array(StatusNote, { description: '最要紧的在前 Worst first' }),
})
export type StatusView = Static<typeof StatusView>
