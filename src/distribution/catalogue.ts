/** What PostgreSQL's catalogue says of the tables of one schema, as far as distributing them asks for it. */
export type Catalogue = readonly Table[]

export type Table = {
  readonly name: string
  readonly columns: readonly Column[]
  readonly keys: readonly Key[]
  readonly foreignKeys: readonly ForeignKey[]
  /** Names of the triggers that somebody made; those of foreign keys are PostgreSQL's own. */
  readonly triggers: readonly string[]
  readonly rules: readonly string[]
}

export type Column = {
  readonly name: string
  /** From 1; dropped columns keep theirs. */
  readonly position: number
  /** As `format_type` writes it: text, bigint, timestamp with time zone, … */
  readonly type: string
  readonly notNull: boolean
  readonly generated: boolean
  /** Filled from a sequence: an identity, or a default of `nextval`. */
  readonly sequence: boolean
  /** Equal texts are equal bytes. */
  readonly deterministic: boolean
}

export type Key = {
  readonly name: string
  readonly kind: 'primary' | 'unique' | 'exclusion'
  /** Columns that it compares for equality; expressions are left out. */
  readonly columns: readonly string[]
}

export type ForeignKey = {
  readonly name: string
  readonly columns: readonly string[]
  readonly target: string
  readonly targetColumns: readonly string[]
  readonly onDelete: Action
  readonly onUpdate: Action
}

export type Action = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default'

export const columnOf = (table: Table, name: string): Column | undefined =>
  table.columns.find(column => column.name === name)

export const primaryKeyOf = (table: Table): readonly string[] =>
  table.keys.find(key => key.kind === 'primary')?.columns ?? []
