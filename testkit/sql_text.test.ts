import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { templatesIn } from './templates_in.ts'

/**
 * Values reach PostgreSQL as parameters, never as text. What is put into the text of a statement is a constant written in capitals, a scope
 * (whose values are parameters), a new parameter's number, or it is listed here by file: names and pieces of our own making. Whoever needs
 * another one makes sure that nothing in it was given by anybody, and says so.
 */
const OURS: Readonly<Record<string, readonly string[]>> = {
  'appeals/store.ts': ['reconciledSql(', "parts.join(' and ')"], // our own columns; conditions whose values are parameters
  // Our own tables and their columns, by the catalog.
  'continuity/backup/facts_store.ts': ['tx.escapeIdentifier('],
  'continuity/backup/take_table.ts': ['columns', 'name', 'target.escapeIdentifier('],
  'continuity/replication/centres.ts': ['password'], // drawn by the drill itself for centres of its own
  // One of two books; conditions and numbers whose values are parameters.
  'discrepancies/evidence_store.ts': ['ours ?', "parts.join(' and ')", 'number'],
  'discrepancies/store.ts': ["parts.join(' and ')", 'now'], // conditions whose values are parameters; a parameter's number
  // The message's query, written by the folder that knows the facts.
  'notices/store.ts': ['select'],
  'orders/booking_store.ts': ['enqueueing('],
  'orders/latency_store.ts': ['whole', 'parts'], // scopes
  'orders/list_store.ts': ['visible', 'personSql('], // a scope; columns by our names of tables
  'orders/record_store.ts': [
    'visible',
    'stretch ?',
    'isOnlyOpen(filter) ?',
    'ofAccount',
    'personSql(',
    'reconciledSql(',
  ], // a scope; texts of ours; columns by our names of tables
  // Columns of the caller's statement, by our names of tables.
  'orders/reconciled.ts': ['orderNo', 'paymentNo', 'movementReconciledSql(', 'confirmedSql(', 'm'],
  'orders/refund_book.ts': ['movementReconciledSql('],
  'orders/receipt_store.ts': ['personSql('],
  // Scratch tables are named by the process; columns, passes and agreeing terms are code.
  // Conditions of the lists, their values are parameters.
  'reconciliation/funds/payout_store.ts': ["parts.join(' and ')"],
  'reconciliation/funds/settlement_store.ts': ["parts.join(' and ')"],
  // Scopes; one of two books, one of two sides; the scratch is named by the process.
  'reconciliation/days/board_store.ts': ['own', 'channels', 'visible'],
  'reconciliation/days/place_store.ts': ['schema', 'table', 'key'],
  'reconciliation/days/self_check.ts': ['2 * SAMPLE'],
  'reconciliation/days/work_books.ts': [
    'table',
    'standing',
    'untouched ?',
    'others ?',
    'rows > FEW ?',
    'unplaced(',
    'book.mark',
    'side',
    'values.join(', // of the run's own day, quoted
  ],
  'reconciliation/items/list_store.ts': ['visible'], // a scope
  'reconciliation/items/store.ts': ['visible'],
  'reconciliation/gate/closed_days.ts': ['book', 'ours ?', 'standing'], // one of two books, one of two conditions
  'reconciliation/gate/replay.ts': ['book', 'owner', 'other.#scratch.schema'],
  'reconciliation/open_rows.ts': ['own', 'feeItem', 'table'],
  'reconciliation/proof.ts': ['book'],
  'reconciliation/scratch.ts': ['schema', 'table'],
  'reconciliation/settle.ts': [
    ...[
      'open',
      'table',
      'link',
      'partner',
      'column',
      'mark',
      'part',
      'movements',
      'lines',
      'paymentAlone',
      'book',
      'pass',
    ],
    ...[
      'linkColumns(',
      'half(',
      'agreeing(',
      'notRepeated(',
      'hashOf(',
      'ourOrderAlone',
      'tables.',
      'theirs',
      'ours',
      'where(',
    ],
    "['movements', 'statement_lines']",
  ],
  // Descriptions of datasets are code; what a reader gives is a parameter.
  'reports/daily.ts': ['visible'], // a scope
  'reports/datasets/money.ts': ['itemOf('],
  'reports/datasets/shared.ts': ['columns.'],
  'reports/query.ts': [
    'list',
    'rows',
    'ordering.join(',
    'limit === null',
    'dataset.from',
    'joined',
    "conditions.join(' and ')",
    'grouped',
  ],
  'reports/rows.ts': ['name', 'text'],
  // Conditions of the list above them, their values are parameters.
  'reviews/store.ts': ["parts.join(' and ')"],
  'statements/copy_into.ts': ['table', 'columns.join(', 'options.freeze'],
  // One of two books, columns of the book; conditions are code, their values parameters.
  'statements/shared_store.ts': ['row', 'where', 'shared('],
  'statements/line_store.ts': [
    'row',
    'BOOK_OF[',
    'name',
    'book',
    'own',
    'content',
    'side',
    'where',
    'numbered(',
    'notSuperseded(',
    'shown(',
  ],
  'statements/file_store.ts': ["content('", 'columns', 'LINE_COLUMNS.map('],
  'orders/bill_batch_store.ts': ['COLUMNS.replace('],
  'system/listen.ts': ['on.escapeIdentifier(channel)'],
  'system/presence.ts': ['database'], // of the embedded server, named by ourselves
  // The list of sealed columns is code.
  'system/vault/carry_payers.ts': ['book'], // one of two
  'system/vault/columns.ts': ['key.map(', 'column.', 'blind?.column', 'plain ?', 'conditions.join(', 'names', 'prefix'],
}

/** No SQL: sentences with such words in them. */
const SENTENCES = new Set([
  'distribution/objections.ts',
  'statements/container.ts',
  'statements/foreign_file.ts',
  'statements/formats/qif.ts',
  'statements/table/amount_unit.ts',
  'statements/table/card_signs.ts',
  'statements/table/questions.ts',
  'statements/xml.ts',
  'system/xml_tokens.ts',
  'system/postgres_binaries.ts',
])

const SQL =
  /\b(?:select\s+[^;]*\bfrom\b|select\s+(?:from|pg_|set_)|insert\s+into\s|update\s+\w+[\w\s]*\sset\s|delete\s+from\s|copy\s+\S+\s+(?:\(|from|to)|(?:create|drop|alter)\s+(?:unlogged\s+|temp\s+|unique\s+)*(?:table|index|database|schema|role|type|view)|listen\s|notify\s|lock\s+table|\sorder by\s|\swhere\s|\sleft join\s|\sany\(\$)/i
const HARMLESS = /^(?:[A-Z][A-Z_]*|scopeSql\(.*|values\.push\(.*|add\(.*)$/

const sources = globSync('**/*.ts', { cwd: join(PACKAGE_ROOT, 'src') })
  .filter(path => !path.endsWith('.test.ts') && !SENTENCES.has(path))
  .sort()
  .map(path => ({ path, text: readFileSync(join(PACKAGE_ROOT, 'src', path), 'utf8') }))

test('nothing that somebody gave is part of the text of a statement', () => {
  const wrong = sources.flatMap(({ path, text }) =>
    templatesIn(text)
      .filter(template => SQL.test(template.text))
      .flatMap(({ holes }) => holes)
      .filter(hole => !HARMLESS.test(hole) && !OURS[path]?.some(allowed => hole.startsWith(allowed)))
      .map(hole => `${path}: \${${hole}}`),
  )
  assert.deepEqual(wrong, [])
})

test('statements are not put together with a plus sign', () => {
  const wrong = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/\.query\(\s*(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`[^`]*`)\s*\+/g)].map(
      ([found]) => `${path}: ${found}`,
    ),
  )
  assert.deepEqual(wrong, [])
})

test('the reader of sources finds what is put into templates, within others as well', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text that is read
  const source = "const a = `select ${x} from t where ${y ? `b = '${z}'` : ''}` // `no`\nconst r = /`/; '`'; `plain`"
  assert.deepEqual(templatesIn(source), [
    { text: "b = '\u0000'", holes: ['z'] },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text that is read
    { text: 'select \u0000 from t where \u0000', holes: ['x', "y ? `b = '${z}'` : ''"] },
    { text: 'plain', holes: [] },
  ])
})
