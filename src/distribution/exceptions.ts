const BY_NUMBER = {
  zh: '只凭支付单号或退款单号查找，缴费单号此时未知：Citus 能执行，但要问遍所有分片的索引',
  en: 'looks up by the number of a payment or refund before the order is known: Citus runs it, and asks the index of every shard',
}

/**
 * Hot statements for which Citus would search every shard, each with its reason. A test holds that these are all, that none of them has ceased to be one,
 * and that none is refused.
 */
export const EXCEPTIONS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  find_payment: BY_NUMBER,
  find_refund: BY_NUMBER,
  orders_of_payments: BY_NUMBER,
  find_item: {
    zh: '快速确认凭单号查一笔，再取它的匹配和差错：Citus 问遍所有分片，并把协调节点上的账期、差错等行带去',
    en: '快速确认 finds one item by its number, with its match and discrepancy: Citus asks every shard, and carries rows of days and discrepancies there from the coordinator',
  },
  due_refunds: {
    zh: '每两秒跨所有缴费单查找到期退款：只读各分片的部分索引，随后逐单认领（claim_refund）',
    en: 'looks for due refunds of all orders, every two seconds: it reads a partial index of each shard; they are then claimed order by order (claim_refund)',
  },
}
