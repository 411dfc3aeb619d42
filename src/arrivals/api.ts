import { type Static, Type } from 'typebox'
import { REQUEST_ID } from '../system/requests.ts'
import { orNull } from '../system/schema_words.ts'
import { ARRIVAL_STATES } from './store.ts'

const At = Type.String({ format: 'date-time' })
const Day = Type.String({ format: 'date' })
const words = <T extends string>(...all: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: [...all] })
const strict = { additionalProperties: false }
const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 }))
const Name = Type.String({ minLength: 1, maxLength: 64 })
const Kind = words('trade', 'funds')

export const ArrivalKey = Type.Object({ arrival_id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) })
export const FileKey = Type.Object({ file_id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) })

export const ArrivalView = Type.Object({
  arrival_id: Type.Integer(),
  channel: Type.String(),
  account: Type.String(),
  day: Day,
  kind: Kind,
  state: words(...ARRIVAL_STATES),
  source: words('api', 'sftp', 'folder', 'upload'),
  attempts: Type.Integer(),
  last_tried_at: orNull(At),
  next_try_at: orNull(At),
  error: orNull(Type.Object({ code: Type.String(), message_zh: Type.String(), message_en: Type.String() })),
  file_id: orNull(Type.Integer()),
  expected_at: At,
  alert_at: At,
  alerted_at: orNull(At),
  arrived_at: orNull(At),
  empty_at: orNull(At),
})
export type ArrivalView = Static<typeof ArrivalView>

export const ArrivalQuery = Type.Object(
  {
    day: Type.Optional(Day),
    channel: Type.Optional(Name),
    account: Type.Optional(Name),
    state: Type.Optional(words(...ARRIVAL_STATES)),
    after: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}_\\d{1,10}$',
        description: '`next` of the page before. 上一页的 next',
      }),
    ),
    limit: Limit,
  },
  strict,
)
export type ArrivalQuery = Static<typeof ArrivalQuery>
export const ArrivalList = Type.Object({ arrivals: Type.Array(ArrivalView), next: orNull(Type.String()) })
export type ArrivalList = Static<typeof ArrivalList>

export const FetchAsk = Type.Object({ id: Type.String({ pattern: REQUEST_ID }) }, strict)
export type FetchAsk = Static<typeof FetchAsk>

const STATES = ['booked', 'awaiting_acceptance', 'refused'] as const
const Count = Type.Integer()

export const FileView = Type.Object({
  file_id: Type.Integer(),
  name: Type.String(),
  sm3: Type.String(),
  bytes: Count,
  received_at: At,
  made_at: At,
  same_as: orNull(
    Type.Integer({ description: '内容完全相同、先前来过的文件 The file of the same bytes that came before' }),
  ),
  channel: Type.String(),
  account: Type.String(),
  day: orNull(Day),
  kind: Kind,
  format: Type.String(),
  state: words(...STATES),
  counts: orNull(
    Type.Boolean({
      description:
        '该账期以此版本为准；不是整日对账单的为空 The version of its day that counts; null for no whole day’s',
    }),
  ),
  records: Count,
  rejected: Count,
  booked: Count,
  known: Count,
  passed_over: Count,
  superseded: Count,
  changes: Count,
})
export type FileView = Static<typeof FileView>

export const FileQuery = Type.Object(
  {
    channel: Type.Optional(Name),
    account: Type.Optional(Name),
    day: Type.Optional(Day),
    kind: Type.Optional(Kind),
    state: Type.Optional(words(...STATES)),
    after: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
    limit: Limit,
  },
  strict,
)
export type FileQuery = Static<typeof FileQuery>
export const FileList = Type.Object({ files: Type.Array(FileView), next: orNull(Type.Integer()) })
export type FileList = Static<typeof FileList>

const Control = Type.Object({ name: Type.String(), stated: Type.String(), computed: Type.String(), ok: Type.Boolean() })
const Problem = Type.Object({
  record: orNull(Type.Integer()),
  line: orNull(Type.Integer()),
  column: orNull(Type.String()),
  severity: words('error', 'warning'),
  code: Type.String(),
  message_zh: Type.String({
    description: '无权查看缴费人信息者，不含原文 Without what was found, for who may not see payers',
  }),
  message_en: Type.String(),
})
export const FileDetail = Type.Object({
  ...FileView.properties,
  controls: Type.Array(Control),
  problems: Type.Array(Problem),
  repeated: Type.Optional(Type.Boolean({ description: '此前已导入同一文件 The same file was imported before' })),
})
export type FileDetail = Static<typeof FileDetail>

const Row = Type.Object({
  kind: Type.String(),
  status: Type.String(),
  channel_trade_no: Type.String(),
  merchant_order_no: Type.String(),
  refund_no: Type.String(),
  amount: Type.String(),
  currency: Type.String(),
  occurred_at: orNull(At),
  fee: orNull(Type.String()),
})
export const ChangeList = Type.Object({
  changes: Type.Array(
    Type.Object({
      no: Type.Integer(),
      against: Type.Integer({ description: '与之比较的文件 The file it is compared with' }),
      change: words('added', 'removed', 'changed'),
      day: Day,
      before: orNull(Row),
      after: orNull(Row),
    }),
  ),
  next: orNull(Type.Integer()),
})
export type ChangeList = Static<typeof ChangeList>
export const ChangeQuery = Type.Object(
  { after: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647, default: 0 })), limit: Limit },
  strict,
)
export type ChangeQuery = Static<typeof ChangeQuery>

const FileName = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^/\\\\]+$' })
export const UploadQuery = Type.Object(
  {
    id: Type.String({ pattern: REQUEST_ID }),
    name: FileName,
    account: Name,
    day: Type.Optional(
      Type.String({
        format: 'date',
        description: '整日对账单的账期；不填则只补充记录 Of a whole day’s statement; without it lines are only added',
      }),
    ),
    newest: Type.Optional(
      Type.Boolean({
        description:
          '渠道现在就以这个文件为准，即使它此前来过、或自称更早生成 What the channel states now, though it came before or says that it was made earlier',
      }),
    ),
  },
  strict,
)
export type UploadQuery = Static<typeof UploadQuery>
const Reading = {
  mapping: Type.Optional(
    Type.String({
      maxLength: 8000,
      description: 'JSON: {"列名 header, or #3": "amount", …}; null leaves a column out. 列的含义',
      examples: ['{"#3":"amount","#5":null}'],
    }),
  ),
  currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
  date_order: Type.Optional(words('ymd', 'dmy', 'mdy')),
  decimal: Type.Optional(words('.', ',')),
}
export type ReadingAsk = {
  readonly mapping?: string
  readonly currency?: string
  readonly date_order?: 'ymd' | 'dmy' | 'mdy'
  readonly decimal?: '.' | ','
}
export const InspectQuery = Type.Object(
  {
    ...Reading,
    name: FileName,
    account: Type.Optional(Name),
    lang: Type.Optional(words('zh', 'en')),
  },
  strict,
)
export type InspectQuery = Static<typeof InspectQuery>

const Tally = Type.Object({ count: Count, amount: Type.String() })
const Sums = Type.Object({ credits: Tally, debits: Tally, neutral: Tally })
const Record = Type.Object({ at: orNull(Type.String()), amount: Type.String(), id: orNull(Type.String()) })
/** `fzpay inspect --json`. */
export const InspectView = Type.Object({
  file: Type.String(),
  bytes: Count,
  sm3: orNull(Type.String()),
  container: Type.String(),
  encoding: Type.String(),
  format: Type.String(),
  delimiter: orNull(Type.String()),
  confidence: Type.Number(),
  columns: Type.Array(Type.Object({ header: Type.String(), field: orNull(Type.String()), confidence: Type.Number() })),
  records: Count,
  credits: orNull(Tally),
  debits: orNull(Tally),
  neutral: orNull(Tally),
  currency: orNull(Type.String()),
  by_currency: Type.Record(Type.String(), Sums),
  first: orNull(Record),
  last: orNull(Record),
  controls: Type.Array(Control),
  problems: Type.Array(
    Type.Object({
      record: orNull(Type.Integer()),
      line: orNull(Type.Integer()),
      column: orNull(Type.String()),
      severity: words('error', 'warning'),
      code: Type.String(),
      message: Type.String(),
    }),
  ),
  verdict: words('ready', 'ready_with_warnings', 'rejected'),
  rows: Type.Optional(
    Type.Array(
      Type.Object({
        ...Record.properties,
        record: Count,
        line: Count,
        kind: Type.String(),
        status: Type.String(),
        currency: Type.String(),
        order_no: Type.String(),
      }),
      { description: 'The first records as they were read. 前几条记录' },
    ),
  ),
  cells: Type.Optional(
    Type.Array(Type.Array(Type.String()), {
      description:
        'Where columns must be said first: the first rows as they stand in the file. 需先指明列时的原始前几行',
    }),
  ),
})
export type InspectView = Static<typeof InspectView>

const TemplateName = Type.String({ minLength: 1, maxLength: 80, pattern: '^\\S(.*\\S)?$' })
export const TemplateKey = Type.Object({ name: TemplateName })
export const TemplateQuery = Type.Object(
  { ...Reading, id: Type.String({ pattern: REQUEST_ID }), name: FileName, template: TemplateName },
  strict,
)
export type TemplateQuery = Static<typeof TemplateQuery>
export const TemplateView = Type.Object({
  name: TemplateName,
  version: Count,
  columns: Type.Array(Type.Object({ header: Type.String(), field: orNull(Type.String()) })),
  date_order: orNull(Type.String()),
  decimal: orNull(Type.String()),
  currency: orNull(Type.String()),
  confirmed_by: Type.String(),
  confirmed_at: At,
})
export type TemplateView = Static<typeof TemplateView>
export const TemplateConfirmed = Type.Object({
  ...TemplateView.properties,
  repeated: Type.Boolean({ description: 'As it was: no new version. 与已有的一致' }),
  records: Type.Integer({ description: 'Read by it, in the file that proves it. 按它读出的记录数' }),
})
export type TemplateConfirmed = Static<typeof TemplateConfirmed>
export const TemplateList = Type.Object({ templates: Type.Array(TemplateView) })
export type TemplateList = Static<typeof TemplateList>
