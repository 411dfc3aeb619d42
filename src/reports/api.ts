import { type Static, Type } from 'typebox'
import { REQUEST_ID } from '../system/requests.ts'
import { DATASET_NAMES, type DatasetName } from './dataset.ts'
import { EXPORT_STATES, type ExportState, FORMATS, type Format } from './export.ts'

/** The shapes of reports over HTTP. Amounts are decimal strings in major units. */

const At = Type.String({ format: 'date-time' })
const MaybeAt = Type.Union([At, Type.Null()])
const RequestId = Type.String({ pattern: REQUEST_ID, description: 'Made by the caller. 由调用方生成' })
const Id = Type.String({ minLength: 1, maxLength: 64 })
const Name = Type.String({ minLength: 1, maxLength: 40, pattern: '^[a-z_]+$' })
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', examples: ['2026-11-20'] })
const Reason = Type.String({ minLength: 1, maxLength: 300, pattern: '\\S' })
const Title = Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' })
const Strict = { additionalProperties: false }

const FormatText = Type.Unsafe<Format>({ type: 'string', enum: [...FORMATS] })
const Lang = Type.Unsafe<'zh' | 'en'>({ type: 'string', enum: ['zh', 'en'], default: 'zh' })
const Dataset = Type.Unsafe<DatasetName>({ type: 'string', enum: [...DATASET_NAMES] })

const FilterValue = Type.Union(
  [
    Type.String({ maxLength: 64 }),
    Type.Object({ from: Day, to: Day }, Strict),
    Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 500 }),
  ],
  { description: '日期为相对期间名（如 last_month）或 {from,to}；其余为取值列表；金额为十进制字符串' },
)
const Filters = Type.Record(Type.String({ pattern: '^[a-z_]{1,40}$' }), FilterValue)

export const Content = Type.Object(
  {
    dataset: Dataset,
    columns: Type.Array(Type.Object({ field: Name, title: Type.Optional(Title) }, Strict), {
      minItems: 1,
      maxItems: 60,
      description: '字段及其顺序；title 为自定标题',
    }),
    filters: Type.Optional(Filters),
    group: Type.Optional(Type.Array(Name, { maxItems: 10, description: '分组字段；其余列为合计' })),
    order: Type.Optional(
      Type.Array(Type.Object({ field: Name, descending: Type.Optional(Type.Boolean()) }, Strict), { maxItems: 10 }),
    ),
  },
  Strict,
)
export type Content = Static<typeof Content>

export const DatasetList = Type.Object({
  datasets: Type.Array(
    Type.Object({
      dataset: Dataset,
      zh: Type.String(),
      en: Type.String(),
      fields: Type.Array(
        Type.Object({
          field: Type.String(),
          zh: Type.String(),
          en: Type.String(),
          type: Type.String(),
          sums: Type.Boolean({ description: '分组时可合计' }),
          masked: Type.Boolean({ description: '按读者权限遮蔽' }),
          sealed: Type.Boolean({ description: '加密保存：不能筛选、分组、排序' }),
        }),
      ),
      filters: Type.Array(
        Type.Object({
          filter: Type.String(),
          zh: Type.String(),
          en: Type.String(),
          kind: Type.String(),
          values: Type.Array(Type.String()),
        }),
      ),
    }),
  ),
  periods: Type.Array(Type.String()),
})

export const PreviewAsk = Type.Object({ content: Content, lang: Type.Optional(Lang) }, Strict)
export const Preview = Type.Object({
  titles: Type.Array(Type.String()),
  rows: Type.Array(Type.Array(Type.Union([Type.String(), Type.Null()])), {
    description: '前 50 行，已按读者权限遮蔽',
  }),
})

const Step = Type.Object({ rows: Type.Integer(), amount: Type.String({ examples: ['1008371.51'] }) })
export const DailyKey = Type.Object({ date: Day })
export const DailyView = Type.Object({
  date: Type.String(),
  days: Type.Array(
    Type.Object({
      channel: Type.String(),
      account: Type.String(),
      currency: Type.String(),
      state: Type.String(),
      ours: Step,
      steps: Type.Array(
        Type.Object({
          step: Type.String(),
          zh: Type.String(),
          en: Type.String(),
          rows: Type.Integer(),
          amount: Type.String(),
        }),
      ),
      reached: Type.String({ description: 'Ours plus all steps. 应有的渠道净额' }),
      theirs: Step,
      balanced: Type.Boolean(),
      matched_rows: Type.Integer(),
      match_rate: Type.Union([Type.String(), Type.Null()], { description: '%' }),
      closed_at: MaybeAt,
      closed_by: Type.String(),
      blocked: Type.String(),
    }),
  ),
})
export type DailyView = Static<typeof DailyView>

export const TemplateView = Type.Object({
  template_id: Type.String(),
  name: Type.String(),
  version: Type.Union([Type.Integer(), Type.Null()], { description: 'null: comes with the program. 内置' }),
  content: Content,
  reason: Type.String(),
  author: Type.String(),
  author_name: Type.String(),
  at: MaybeAt,
  archived_at: MaybeAt,
})
export type TemplateView = Static<typeof TemplateView>
export const TemplateList = Type.Object({ templates: Type.Array(TemplateView) })
export const TemplateKey = Type.Object({ template_id: Id })
export const TemplateQuery = Type.Object({ version: Type.Optional(Type.Integer({ minimum: 1 })) }, Strict)
export const TemplateAsk = Type.Object({ id: RequestId, name: Title, content: Content, reason: Reason }, Strict)
export const ReasonAsk = Type.Object({ id: RequestId, reason: Reason }, Strict)

export const ExportAsk = Type.Object(
  {
    id: RequestId,
    format: FormatText,
    lang: Type.Optional(Lang),
    daily: Type.Optional(
      Type.Object(
        { date: Day, matches: Type.Optional(Type.Boolean({ description: '含已对平明细，仅 Excel' })) },
        Strict,
      ),
    ),
    template: Type.Optional(
      Type.Object(
        {
          template_id: Id,
          version: Type.Optional(Type.Integer({ minimum: 1 })),
          filters: Type.Optional(Filters),
        },
        Strict,
      ),
    ),
    content: Type.Optional(Content),
  },
  { ...Strict, description: 'daily、template、content 恰好给出一个' },
)

export const ExportView = Type.Object({
  export_id: Type.String(),
  name: Type.String(),
  format: FormatText,
  state: Type.Unsafe<ExportState>({ type: 'string', enum: [...EXPORT_STATES] }),
  rows_done: Type.Integer(),
  rows_total: Type.Union([Type.Integer(), Type.Null()]),
  bytes: Type.Union([Type.Integer(), Type.Null()]),
  sm3: Type.Union([Type.String(), Type.Null()], { description: 'Of the file as it is downloaded. 下载文件的 SM3' }),
  schedule_id: Type.Union([Type.String(), Type.Null()]),
  asked_at: At,
  ended_at: MaybeAt,
  expires_at: MaybeAt,
  failure: Type.Union([Type.Object({ code: Type.String(), zh: Type.String(), en: Type.String() }), Type.Null()]),
})
export type ExportView = Static<typeof ExportView>
export const ExportKey = Type.Object({ export_id: Id })
export const CancelAsk = Type.Object({ id: RequestId }, Strict)
export const ExportQuery = Type.Object(
  {
    after: Type.Optional(Type.String({ maxLength: 64, description: '`next` of the page before. 上一页的 next' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  },
  Strict,
)
export const ExportList = Type.Object({
  exports: Type.Array(ExportView),
  next: Type.Union([Type.String(), Type.Null()]),
})

const Every = Type.Unsafe<'day' | 'week' | 'month'>({ type: 'string', enum: ['day', 'week', 'month'] })
const LocalTime = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', examples: ['08:30'] })
export const ScheduleAsk = Type.Object(
  {
    id: RequestId,
    template_id: Id,
    version: Type.Optional(Type.Integer({ minimum: 1, description: '缺省为运行时的最新版本' })),
    format: FormatText,
    lang: Type.Optional(Lang),
    every: Every,
    day_no: Type.Optional(Type.Integer({ minimum: 1, maximum: 31, description: '每周 1（周一）–7，每月 1–31' })),
    local_time: LocalTime,
    zone: Type.Optional(Type.String({ maxLength: 60, default: 'Asia/Shanghai' })),
    notify: Type.Optional(
      Type.String({ maxLength: 200, pattern: '^[^@\\s]+@[^@\\s]+$', description: '完成时通知的邮箱（加密保存）' }),
    ),
  },
  Strict,
)
export const ScheduleView = Type.Object({
  schedule_id: Type.String(),
  template_id: Type.String(),
  version: Type.Union([Type.Integer(), Type.Null()]),
  format: FormatText,
  lang: Lang,
  every: Every,
  day_no: Type.Union([Type.Integer(), Type.Null()]),
  local_time: Type.String(),
  zone: Type.String(),
  notify: Type.Union([Type.String({ 'x-mask': 'email' }), Type.Null()]),
  made_at: At,
  next_at: MaybeAt,
  last_at: MaybeAt,
  ended_at: MaybeAt,
  ended_why: Type.String(),
})
export type ScheduleView = Static<typeof ScheduleView>
export const ScheduleKey = Type.Object({ schedule_id: Id })
export const ScheduleList = Type.Object({ schedules: Type.Array(ScheduleView) })

export type DatasetList = Static<typeof DatasetList>
export type Preview = Static<typeof Preview>
export type TemplateList = Static<typeof TemplateList>
export type ExportList = Static<typeof ExportList>
export type ScheduleList = Static<typeof ScheduleList>
