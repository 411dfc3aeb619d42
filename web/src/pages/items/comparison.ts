import type { ItemDetail } from '../../../../src/reconciliation/items/api.ts'

export type FieldPair = {
  readonly field: string
  readonly ours: string
  readonly theirs: string
  readonly differs: boolean
}

/** What the platform expects against what the channel's lines say. Without a line: against what reconciliation found. Pure. */
export function comparison(detail: ItemDetail): FieldPair[] {
  const [line] = detail.lines
  const pair = (field: string, ours: string, theirs: string, differs = ours !== theirs): FieldPair => ({
    field,
    ours,
    theirs,
    differs,
  })
  if (line) {
    const several = detail.lines.length > 1
    return [
      // Of several lines the sum counts: the discrepancy tells the difference.
      pair('amount', detail.amount, several ? '' : line.amount, !several && line.amount !== detail.amount),
      pair('state', 'success', line.status),
      pair('channel_trade_no', detail.channel_trade_no, line.channel_trade_no),
      pair('occurred_at', detail.paid_at ?? '', line.occurred_at ?? '', false),
      pair('file', '', detail.lines.map(({ file, record }) => `${file} #${record}`).join(', '), false),
      ...found(detail, ['difference']),
    ]
  }
  const { expected = {} } = detail.doubt ?? {}
  return [
    ...Object.entries(expected).map(([field, text]) => pair(field, text, '', false)),
    ...found(detail, Object.keys(detail.doubt?.found ?? {})),
  ]
}

const found = ({ doubt }: ItemDetail, fields: readonly string[]): FieldPair[] =>
  fields.flatMap(field => {
    const text = doubt?.found[field]
    return text === undefined ? [] : [{ field, ours: '', theirs: text, differs: true }]
  })
