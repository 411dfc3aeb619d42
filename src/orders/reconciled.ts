/**
 * When a payment is reconciled 已对账: matched with the channel's statement, or dealt with as a discrepancy, and the day that did so is closed; or
 * matched and confirmed by a person before that. One spelling of it for all who ask. Conditions of SQL; names of columns are written by us.
 */

/** Of a payment, by its keys. */
export const reconciledSql = (orderNo: string, paymentNo: string): string =>
  `exists (select from movements b where b.order_no = ${orderNo} and b.payment_no = ${paymentNo} and ${movementReconciledSql('b')})`

/** Of a row of `movements`. */
export const movementReconciledSql = (m: string): string => `(
  exists (select from match_links k join runs r on r.id = k.run join days d on d.id = r.day_id
           where k.order_no = ${m}.order_no and k.movement_id = ${m}.id and (d.state = 'closed' or ${confirmedSql(m)}))
  or exists (select from match_rows k join match_groups g on g.id = k.group_id join runs r on r.id = g.run join days d on d.id = r.day_id
              where k.side = 'ours' and k.order_no = ${m}.order_no and k.row_id = ${m}.id and k.live
                and (d.state = 'closed' or ${confirmedSql(m)}))
  or exists (select from discrepancy_rows k join discrepancies x on x.id = k.discrepancy_id join days d on d.id = x.day_id
              where k.side = 'ours' and k.order_no = ${m}.order_no and k.row_id = ${m}.id and k.live
                and x.state in ('resolved', 'waived') and d.state = 'closed'))`

const confirmedSql = (m: string): string =>
  `exists (select from confirmations c where c.order_no = ${m}.order_no and c.movement_id = ${m}.id and c.undone_at is null)`
