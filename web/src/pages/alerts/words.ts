import type { StateLook } from '../../pieces/look.ts'
import type { Both } from '../../shell/both.ts'

export const KINDS: Readonly<Record<string, Both>> = {
  probe: { zh: '攻击试探', en: 'Probe' },
  doubtful: { zh: '可疑请求', en: 'Doubtful request' },
  statement_missing: { zh: '对账单缺失', en: 'Statement missing' },
  discrepancy_overdue: { zh: '差错超时', en: 'Discrepancies overdue' },
  appeal_overdue: { zh: '申诉超时', en: 'Appeal overdue' },
}

export const SEVERITIES: Readonly<Record<string, StateLook>> = {
  warning: { zh: '警告', en: 'Warning', colour: 'error' },
  notice: { zh: '提示', en: 'Notice', colour: 'warning' },
}

/** What a request looked like: `src/intrusion/signs.ts`. */
export const FAMILIES: Readonly<Record<string, Both>> = {
  sql_union: { zh: 'SQL 注入（UNION）', en: 'SQL injection (union)' },
  sql_boolean: { zh: 'SQL 注入（布尔）', en: 'SQL injection (boolean)' },
  sql_time: { zh: 'SQL 注入（延时）', en: 'SQL injection (time)' },
  sql_stacked: { zh: 'SQL 注入（多语句）', en: 'SQL injection (stacked)' },
  sql_error: { zh: 'SQL 注入（报错）', en: 'SQL injection (error)' },
  sql_comment: { zh: 'SQL 注入（注释）', en: 'SQL injection (comment)' },
  traversal: { zh: '路径穿越', en: 'Path traversal' },
  null_byte: { zh: '空字节', en: 'Null byte' },
  inclusion: { zh: '文件包含', en: 'File inclusion' },
  script: { zh: '脚本注入', en: 'Script injection' },
  template: { zh: '模板注入', en: 'Template injection' },
  command: { zh: '命令注入', en: 'Command injection' },
  xxe: { zh: 'XML 外部实体', en: 'XML external entity' },
  crlf: { zh: '换行注入', en: 'CRLF injection' },
  log4j: { zh: 'Log4j', en: 'Log4j' },
  nosql: { zh: 'NoSQL 注入', en: 'NoSQL injection' },
  ldap: { zh: 'LDAP 注入', en: 'LDAP injection' },
  scanner: { zh: '扫描器', en: 'Scanner' },
}

export const FACTS: Readonly<Record<string, Both>> = {
  request: { zh: '请求', en: 'Request' },
  place: { zh: '位置', en: 'Place' },
  field: { zh: '字段', en: 'Field' },
  request_id: { zh: '请求编号', en: 'Request id' },
  family: { zh: '手法', en: 'Kind of attack' },
  sample: { zh: '片段', en: 'Sample' },
  account: { zh: '渠道账户', en: 'Account' },
  day: { zh: '账期', en: 'Day' },
  statement: { zh: '账单', en: 'Statement' },
  state: { zh: '状态', en: 'State' },
  expected_at: { zh: '应到时间', en: 'Expected' },
  reason: { zh: '原因', en: 'Why' },
  first: { zh: '第一笔', en: 'First' },
  count: { zh: '笔数', en: 'How many' },
  appeal_id: { zh: '申诉编号', en: 'Appeal' },
  payment_no: { zh: '平台流水号', en: 'Payment no' },
  merchant_no: { zh: '收费单位', en: 'Merchant' },
  channel: { zh: '渠道', en: 'Channel' },
  due_at: { zh: '应办结时间', en: 'Due' },
}

/** Words of facts that are codes. */
export const VALUES: Readonly<Record<string, Both>> = {
  ...FAMILIES,
  path: { zh: '地址', en: 'Path' },
  query: { zh: '查询参数', en: 'Query' },
  body: { zh: '内容', en: 'Body' },
  header: { zh: '请求头', en: 'Header' },
  trade: { zh: '交易账单', en: 'Trade statement' },
  funds: { zh: '资金账单', en: 'Funds statement' },
  wechat: { zh: '微信支付', en: 'WeChat Pay' },
  alipay: { zh: '支付宝', en: 'Alipay' },
  unionpay: { zh: '银联', en: 'UnionPay' },
  bank: { zh: '银行', en: 'Bank' },
  awaited: { zh: '等待', en: 'Awaited' },
  not_published: { zh: '渠道尚未出账', en: 'Not published yet' },
  failed: { zh: '取回失败', en: 'Fetching failed' },
  refused: { zh: '被拒收', en: 'Refused' },
  awaiting_acceptance: { zh: '待复核接受', en: 'Awaits acceptance' },
}
