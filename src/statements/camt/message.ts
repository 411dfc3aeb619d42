import { PathNode } from '../xml.ts'
import { type Balance, Ledger, type Summary } from './ledger.ts'

/** The fields of ISO 20022 camt.052/053/054 that are read, of versions 01 to 08 and later, by local name. */

export type Charge = { amount: string; currency: string; side: string }

/** What entries and transaction details have in common. */
export class Movement {
  readonly line: number
  amount = ''
  currency = ''
  side = ''
  servicerRef = ''
  readonly charges: Charge[] = []
  chargesTotal: Charge | null = null
  /** The element that stands twice or holds text between other elements: it could mean either. */
  unclear = ''
  /** Holds bytes that could not be decoded. */
  damaged = false

  constructor(line: number) {
    this.line = line
  }

  set(field: 'amount' | 'side', element: string, text: string): void {
    if (this[field] !== '') this.unclear = element
    this[field] = text
  }
}

export class Detail extends Movement {
  transactionAmount = ''
  transactionCurrency = ''
  counterAmount = ''
  counterCurrency = ''
  instructedAmount = ''
  instructedCurrency = ''
  endToEndId = ''
  transactionId = ''
  debtorAccount = ''
  creditorAccount = ''
  creditorReference = ''
  /** Ustrd, with its several parts; else what the bank tells beside. */
  remittance = ''
  additional = ''
  returned = false
  date = ''
}

export type Batch = {
  messageId: string
  paymentId: string
  count: string
  amount: string
  currency: string
  side: string
}

export class Entry extends Movement {
  reference = ''
  status = ''
  reversal = false
  bookedOn = ''
  valuedOn = ''
  batch: Batch | null = null
  additional = ''
  /** Details seen so far, and those still kept. */
  detailCount = 0
  details: Detail[] = []
  /** Details of the NtryDtls being read. */
  groupCount = 0
}

export class StatementPart {
  readonly line: number
  readonly ledger = new Ledger('')
  id = ''
  sequence = ''
  created = ''
  from = ''
  to = ''
  duplicate = ''
  account = ''
  currency = ''
  page = ''
  lastPage = ''

  constructor(line: number) {
    this.line = line
  }
}

/** Where the reader stands in the message; `MessageTaker` is what it tells. */
export type Position = {
  statement: StatementPart | null
  entry: Entry | null
  detail: Detail | null
  batch: Batch | null
  charge: Charge | null
  balance: { type: string; sub: string; amount: string; currency: string; side: string; day: string } | null
  pages: { page: string; last: string }
}

export type MessageTaker = Position & {
  readonly statementEnd: (statement: StatementPart) => void
  readonly balanceEnd: (balance: NonNullable<Position['balance']>) => void
  readonly detailEnd: (entry: Entry, detail: Detail) => void
  /** The end of one NtryDtls, or of an entry of version 01. */
  readonly groupEnd: (entry: Entry) => void
  readonly entryEnd: (entry: Entry) => void
}

/** Characters of the payer's words that are kept. */
const REMITTANCE_MAX = 4_096

const ACCOUNT = 'IBAN|BBAN|UPIC'

/** The tree of one message: its children are what stands below BkToCstmrStmt and its brothers. */
export function messageTree(part: 'Rpt' | 'Stmt' | 'Ntfctn'): PathNode<MessageTaker> {
  const message = new PathNode<MessageTaker>()
  message.onText('GrpHdr/MsgPgntn/PgNb', (state, text) => (state.pages.page = text))
  message.onText('GrpHdr/MsgPgntn/LastPgInd', (state, text) => (state.pages.last = text))
  message.onElement(
    part,
    (state, line) => (state.statement = new StatementPart(line)),
    state => {
      if (state.statement) state.statementEnd(state.statement)
      state.statement = null
    },
  )
  const [statement] = message.at(part)
  if (statement) {
    header(statement)
    balances(statement)
    totals(statement)
    entries(statement)
  }
  return message
}

function header(node: PathNode<MessageTaker>): void {
  const text = (path: string, set: (statement: StatementPart, text: string) => void) =>
    node.onText(path, (state, value) => state.statement && set(state.statement, value))
  text('Id', (statement, value) => (statement.id = value))
  text('ElctrncSeqNb', (statement, value) => (statement.sequence = value))
  text('CreDtTm', (statement, value) => (statement.created = value))
  text('CpyDplctInd', (statement, value) => (statement.duplicate = value))
  text('FrToDt/FrDtTm', (statement, value) => (statement.from = value))
  text('FrToDt/ToDtTm', (statement, value) => (statement.to = value))
  text('StmtPgntn|RptPgntn|NtfctnPgntn/PgNb', (statement, value) => (statement.page = value))
  text('StmtPgntn|RptPgntn|NtfctnPgntn/LastPgInd', (statement, value) => (statement.lastPage = value))
  text(`Acct/Id/${ACCOUNT}`, (statement, value) => (statement.account = value))
  text('Acct/Id/Othr|PrtryAcct/Id', (statement, value) => (statement.account ||= value))
  text('Acct/Ccy', (statement, value) => (statement.currency = value))
}

function balances(node: PathNode<MessageTaker>): void {
  node.onElement(
    'Bal',
    state => (state.balance = { type: '', sub: '', amount: '', currency: '', side: '', day: '' }),
    state => {
      if (state.balance) state.balanceEnd(state.balance)
      state.balance = null
    },
  )
  const text = (
    path: string,
    set: (balance: NonNullable<Position['balance']>, text: string, currency: string) => void,
  ) => node.onText(`Bal/${path}`, (state, value, currency) => state.balance && set(state.balance, value, currency))
  text('Tp/CdOrPrtry/Cd|Prtry', (balance, value) => (balance.type = value))
  text('Tp/Cd', (balance, value) => (balance.type = value))
  text('Tp/SubTp/Cd|Prtry', (balance, value) => (balance.sub = value))
  text('Amt', (balance, value, currency) => {
    balance.amount = value
    balance.currency = currency
  })
  text('CdtDbtInd', (balance, value) => (balance.side = value))
  text('Dt/Dt|DtTm', (balance, value) => (balance.day = value.slice(0, 10)))
}

function totals(node: PathNode<MessageTaker>): void {
  const text = (path: string, field: keyof Summary) =>
    node.onText(`TxsSummry/${path}`, (state, value) => {
      if (state.statement) state.statement.ledger.summary[field] = value
    })
  text('TtlNtries/NbOfNtries', 'count')
  text('TtlNtries/Sum', 'sum')
  text('TtlNtries/TtlNetNtryAmt', 'net')
  text('TtlNtries/CdtDbtInd', 'netSide')
  text('TtlNtries/TtlNetNtry/Amt', 'net')
  text('TtlNtries/TtlNetNtry/CdtDbtInd', 'netSide')
  text('TtlCdtNtries/NbOfNtries', 'creditCount')
  text('TtlCdtNtries/Sum', 'creditSum')
  text('TtlDbtNtries/NbOfNtries', 'debitCount')
  text('TtlDbtNtries/Sum', 'debitSum')
}

function entries(node: PathNode<MessageTaker>): void {
  node.onElement(
    'Ntry',
    (state, line) => (state.entry = new Entry(line)),
    state => {
      if (state.entry) {
        state.groupEnd(state.entry)
        state.entryEnd(state.entry)
      }
      state.entry = null
    },
  )
  const text = (path: string, set: (entry: Entry, text: string, currency: string) => void) =>
    node.onText(`Ntry/${path}`, (state, value, currency) => state.entry && set(state.entry, value, currency))
  text('NtryRef', (entry, value) => (entry.reference = value))
  text('Amt', (entry, value, currency) => {
    entry.set('amount', 'Amt', value)
    entry.currency = currency
  })
  text('CdtDbtInd', (entry, value) => entry.set('side', 'CdtDbtInd', value))
  text('RvslInd', (entry, value) => (entry.reversal = value === 'true' || value === '1'))
  text('Sts', (entry, value) => (entry.status = value))
  text('Sts/Cd|Prtry', (entry, value) => (entry.status = value))
  text('BookgDt/Dt|DtTm', (entry, value) => (entry.bookedOn = value))
  text('ValDt/Dt|DtTm', (entry, value) => (entry.valuedOn = value))
  text('AcctSvcrRef', (entry, value) => (entry.servicerRef = value))
  text('AddtlNtryInf', (entry, value) => (entry.additional = value))
  const [entry] = node.at('Ntry')
  if (!entry) return
  charges(entry, state => state.entry)
  entry.onElement(
    'NtryDtls',
    () => {},
    state => state.entry && state.groupEnd(state.entry),
  )
  // Version 01 has batch and details directly in the entry.
  for (const holder of [entry, ...entry.at('NtryDtls')]) {
    batches(holder)
    details(holder)
  }
}

function batches(node: PathNode<MessageTaker>): void {
  node.onElement(
    'Btch',
    state => (state.batch = { messageId: '', paymentId: '', count: '', amount: '', currency: '', side: '' }),
    state => {
      if (state.entry) state.entry.batch = state.batch
      state.batch = null
    },
  )
  const text = (path: string, set: (batch: Batch, text: string, currency: string) => void) =>
    node.onText(`Btch/${path}`, (state, value, currency) => state.batch && set(state.batch, value, currency))
  text('MsgId', (batch, value) => (batch.messageId = value))
  text('PmtInfId', (batch, value) => (batch.paymentId = value))
  text('NbOfTxs', (batch, value) => (batch.count = value))
  text('TtlAmt', (batch, value, currency) => {
    batch.amount = value
    batch.currency = currency
  })
  text('CdtDbtInd', (batch, value) => (batch.side = value))
}

function details(node: PathNode<MessageTaker>): void {
  node.onElement(
    'TxDtls',
    (state, line) => {
      state.detail = new Detail(line)
      if (state.entry) {
        state.entry.detailCount++
        state.entry.groupCount++
      }
    },
    state => {
      if (state.entry && state.detail) state.detailEnd(state.entry, state.detail)
      state.detail = null
    },
  )
  const text = (path: string, set: (detail: Detail, text: string, currency: string) => void) =>
    node.onText(`TxDtls/${path}`, (state, value, currency) => state.detail && set(state.detail, value, currency))
  text('Refs/AcctSvcrRef', (detail, value) => (detail.servicerRef = value))
  text('Refs/EndToEndId', (detail, value) => (detail.endToEndId = value))
  text('Refs/TxId', (detail, value) => (detail.transactionId = value))
  text('Amt', (detail, value, currency) => {
    detail.set('amount', 'Amt', value)
    detail.currency = currency
  })
  text('CdtDbtInd', (detail, value) => detail.set('side', 'CdtDbtInd', value))
  text('AmtDtls/TxAmt/Amt', (detail, value, currency) => {
    detail.transactionAmount = value
    detail.transactionCurrency = currency
  })
  text('AmtDtls/CntrValAmt/Amt', (detail, value, currency) => {
    detail.counterAmount = value
    detail.counterCurrency = currency
  })
  text('AmtDtls/InstdAmt/Amt', (detail, value, currency) => {
    detail.instructedAmount = value
    detail.instructedCurrency = currency
  })
  text(`RltdPties/DbtrAcct/Id/${ACCOUNT}`, (detail, value) => (detail.debtorAccount = value))
  text('RltdPties/DbtrAcct/Id/Othr|PrtryAcct/Id', (detail, value) => (detail.debtorAccount ||= value))
  text(`RltdPties/CdtrAcct/Id/${ACCOUNT}`, (detail, value) => (detail.creditorAccount = value))
  text('RltdPties/CdtrAcct/Id/Othr|PrtryAcct/Id', (detail, value) => (detail.creditorAccount ||= value))
  text('RmtInf/Strd/CdtrRefInf/Ref|CdtrRef', (detail, value) => (detail.creditorReference ||= value))
  text('RmtInf/Ustrd', (detail, value) => (detail.remittance = joinedWords(detail.remittance, value)))
  text('AddtlTxInf', (detail, value) => (detail.additional = value))
  text('RltdDts/TxDtTm|IntrBkSttlmDt|AccptncDtTm', (detail, value) => (detail.date ||= value))
  node.onElement('TxDtls/RtrInf', state => {
    if (state.detail) state.detail.returned = true
  })
  for (const detail of node.at('TxDtls')) charges(detail, state => state.detail)
}

/** Up to version 02 a charge is Chrgs itself; from 04 on it is Chrgs/Rcrd, with a total beside. */
function charges(node: PathNode<MessageTaker>, holder: (state: MessageTaker) => Movement | null): void {
  const enter = (state: MessageTaker) => (state.charge = { amount: '', currency: '', side: '' })
  const exit = (state: MessageTaker) => {
    const charges = holder(state)?.charges
    if (state.charge && state.charge.amount !== '' && charges && charges.length < 100) charges.push(state.charge)
    state.charge = null
  }
  for (const path of ['Chrgs', 'Chrgs/Rcrd']) {
    node.onElement(path, enter, exit)
    node.onText(`${path}/Amt`, (state, value, currency) => {
      if (state.charge) {
        state.charge.amount = value
        state.charge.currency = currency
      }
    })
    node.onText(`${path}/CdtDbtInd`, (state, value) => {
      if (state.charge) state.charge.side = value
    })
  }
  node.onText('Chrgs/TtlChrgsAndTaxAmt', (state, value, currency) => {
    const movement = holder(state)
    if (movement) movement.chargesTotal = { amount: value, currency, side: '' }
  })
}

/** A Ustrd holds 140 characters: a full one goes on in the next in the middle of a word. */
const joinedWords = (before: string, next: string): string =>
  before === ''
    ? next
    : before.length >= REMITTANCE_MAX
      ? before
      : `${before}${before.length % 140 === 0 ? '' : '\n'}${next}`

export type { Balance }
