import { type Static, Type } from 'typebox'
import { orNull } from '../../system/schema_words.ts'

/** The shapes of backups over HTTP and in the configuration. */

const S3 = Type.Object(
  {
    endpoint: Type.String({
      pattern: '^https?://\\S*[^/\\s]$',
      description: 'With the bucket: https://s3.example.com/fzpay-backup. 含存储桶的地址',
    }),
    region: Type.String({ default: 'us-east-1', minLength: 1, description: 'As the store calls it. 区域' }),
    access_key: Type.String({ minLength: 1, description: 'Its name. 访问密钥标识' }),
    secret_key: Type.String({ minLength: 1, description: 'Or secret_key_file: PATH' }),
    prefix: Type.String({
      default: '',
      pattern: '^([A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*)?$',
      description: 'Several databases may share a bucket. 同一存储桶中的目录前缀',
    }),
  },
  { additionalProperties: false },
)

const Count = (usual: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 3660, default: usual, description })

/** The section `backup` of the configuration. */
export const BackupSection = Type.Object(
  {
    folder: Type.Optional(
      Type.String({ minLength: 1, description: 'A folder on another disk or machine than the database. 备份目录' }),
    ),
    s3: Type.Optional(S3),
    at: Type.Array(Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }), {
      default: ['02:30'],
      minItems: 1,
      description: 'When base backups are made, Asia/Shanghai. 基础备份时刻（北京时间）',
    }),
    wal_seconds: Type.Integer({
      minimum: 1,
      maximum: 3600,
      default: 5,
      description: 'What is committed lies in the repository so many seconds later. 归档间隔秒数（最多丢失的时间）',
    }),
    keep: Type.Object(
      {
        daily: Type.Integer({
          minimum: 1,
          maximum: 3660,
          default: 7,
          description: 'Days that can be restored to any second. 可恢复到任意一秒的天数',
        }),
        weekly: Count(5, 'Weeks that keep one backup. 每周保留一份的周数'),
        monthly: Count(12, 'Months that keep one backup. 每月保留一份的月数'),
      },
      { additionalProperties: false, default: {} },
    ),
    alert_hours: Type.Integer({
      minimum: 1,
      maximum: 24 * 366,
      default: 30,
      description: 'An alert is raised when the last good base backup is older. 基础备份超过此时长告警',
    }),
    alert_wal_minutes: Type.Integer({
      minimum: 1,
      maximum: 7 * 24 * 60,
      default: 5,
      description: 'An alert is raised when archived WAL is older. 归档落后超过此时长告警',
    }),
  },
  { additionalProperties: false, default: {} },
)
export type BackupSettings = Static<typeof BackupSection>

const At = Type.String({ format: 'date-time' })

export const BackupsView = Type.Object({
  configured: Type.Boolean(),
  /** Where backups lie. */
  repository: orNull(Type.String()),
  last_good_at: orNull(At),
  archived_until: orNull(
    Type.String({ format: 'date-time', description: 'What was committed by then can be restored' }),
  ),
  archived_segment: orNull(Type.String()),
  gap_at: orNull(Type.String({ format: 'date-time', description: 'WAL was lost to the archive then' })),
  runs: Type.Array(
    Type.Object({
      run_id: Type.String(),
      began_at: At,
      ended_at: At,
      base: orNull(Type.String()),
      bytes: Type.Integer(),
      stored_bytes: Type.Integer(),
      problem: orNull(Type.Object({ code: Type.String(), zh: Type.String(), en: Type.String() })),
    }),
  ),
})
export type BackupsView = Static<typeof BackupsView>
