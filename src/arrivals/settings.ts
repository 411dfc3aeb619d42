import { type Static, Type } from 'typebox'

const TIME = '^([01][0-9]|2[0-3]):[0-5][0-9]$'
/** `{day}` or `{date}` must say whose day it is. */
const PATTERN = '^[^/\\\\]*\\{(day|date)\\}[^/\\\\]*$'

const NAMES = 'Names of the files: {day} is 20261125, {date} 2026-11-25, * anything'

const words = <T extends string>(...all: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: [...all] })
const strict = { additionalProperties: false }

const Api = Type.Object({ type: Type.Literal('api') }, strict)

const Upload = Type.Object({ type: Type.Literal('upload') }, strict)

const Folder = Type.Object(
  {
    type: Type.Literal('folder'),
    path: Type.String({ minLength: 1, description: 'Relative paths begin at the configuration' }),
    pattern: Type.String({ pattern: PATTERN, examples: ['ICBC_{day}*.txt'], description: NAMES }),
    done: Type.Optional(
      Type.String({
        pattern: '^[^/\\\\.][^/\\\\]*$',
        description: 'Folder within it to which files are moved once read',
      }),
    ),
  },
  strict,
)
export type FolderSource = Static<typeof Folder>

const Sftp = Type.Object(
  {
    type: Type.Literal('sftp'),
    host: Type.String({ minLength: 1, description: 'The SFTP server' }),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, description: 'Default 22' })),
    user: Type.String({ minLength: 1, description: 'Of the log-in there' }),
    /** One of the two; `password_file` and `private_key_file` read them from files. */
    password: Type.Optional(Type.String({ minLength: 1, description: 'Or password_file: PATH' })),
    private_key: Type.Optional(Type.String({ minLength: 1, description: 'Or private_key_file: PATH' })),
    host_key: Type.String({
      pattern: '^SHA256:[A-Za-z0-9+/]{43}=?$',
      description: 'As `ssh-keygen -lf` prints it: another server is not talked to',
    }),
    path: Type.Optional(Type.String({ minLength: 1, description: 'Default: where the log-in leads' })),
    pattern: Type.String({ pattern: PATTERN, description: NAMES }),
    timeout_ms: Type.Optional(Type.Integer({ minimum: 1_000, maximum: 120_000, description: 'Default 20,000' })),
  },
  strict,
)
export type SftpSource = Static<typeof Sftp>

/** Defaults of what a source may leave out: the configuration fills none within an account. */
export const SFTP_DEFAULTS = { port: 22, path: '.', timeout_ms: 20_000 } as const

export type Source = Static<typeof Api> | Static<typeof Upload> | FolderSource | SftpSource

const schedule = {
  first_try: Type.Optional(Type.String({ pattern: TIME, description: 'Local time of the next day. Default 09:00' })),
  retry_minutes: Type.Optional(
    Type.Array(Type.Integer({ minimum: 1, maximum: 1_440 }), {
      minItems: 1,
      description: 'Between tries; the last one goes on. Default 5, 10, 20, 30, 60',
    }),
  ),
  alert_minutes_before: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1_440, description: 'Before the day closes. Default 60' }),
  ),
  publishes: Type.Optional(
    Type.Unsafe<'daily' | 'working_days'>({
      type: 'string',
      enum: ['daily', 'working_days'],
      description: 'Whether weekends have statements. Default daily',
    }),
  ),
  recheck_days: Type.Optional(Type.Integer({ minimum: 0, maximum: 31, description: 'Default 1' })),
}

const Account = Type.Object(
  {
    ...schedule,
    source: Type.Optional(Type.Union([Api, Upload, Folder, Sftp])),
    kinds: Type.Optional(
      Type.Array(words('trade', 'funds'), { minItems: 1, uniqueItems: true, description: 'Which statements come' }),
    ),
    merchants: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description: 'Numbers besides the account’s own that its statements may name, such as sub-merchants',
      }),
    ),
  },
  strict,
)

/** The section `statements` of the configuration: what is expected when, and where it comes from. */
export const StatementsSection = Type.Object(
  {
    ...schedule,
    backfill_days: Type.Integer({
      minimum: 1,
      maximum: 366,
      default: 31,
      description: 'A new account is looked back for at most so long, to its first movement',
    }),
    stable_seconds: Type.Integer({
      minimum: 0,
      maximum: 3_600,
      default: 20,
      description: 'A file in a folder is read when it was left alone for so long',
    }),
    bytes_max: Type.Integer({ minimum: 1_024, default: 2 ** 31, description: 'Of an uploaded file' }),
    accounts: Type.Record(Type.String(), Account, { default: {} }),
  },
  { ...strict, default: {} },
)
export type StatementsSettings = Static<typeof StatementsSection>
