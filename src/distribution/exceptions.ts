const BY_NUMBER = {
  zh: '只凭支付单号或退款单号查找，缴费单号此时未知：Citus 能执行，但要问遍所有分片的索引',
  en: 'looks up by the number of a payment or refund before the order is known: Citus runs it, and asks the index of every shard',
}

/**
 * Hot statements that Citus would refuse, or for which it would search every shard: each with its reason and what is to be done. A test holds that these
 * are all, and that none of them has ceased to be one.
 */
export const EXCEPTIONS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  find_payment: BY_NUMBER,
  find_refund: BY_NUMBER,
  orders_of_payments: BY_NUMBER,
  find_item: {
    zh: '快速确认凭单号查一笔，再取它的匹配和差错：Citus 问遍所有分片，并把协调节点上的账期、差错等行带去',
    en: '快速确认 finds one item by its number, with its match and discrepancy: Citus asks every shard, and carries rows of days and discrepancies there from the coordinator',
  },
  lock_orders: {
    zh: '一批通知涉及的缴费单一起加锁，分属多个分片：启用集群前须改为逐单入账',
    en: 'locks the orders of a batch of notices together, and they lie in several shards: they must be booked order by order before a cluster is used',
  },
  claim_due_refunds: {
    zh: '跨所有缴费单认领到期退款：启用集群前须像 payments_waiting 那样另设队列表',
    en: 'claims due refunds of all orders: they need a queue of their own on the coordinator, as payments_waiting is, before a cluster is used',
  },
}
