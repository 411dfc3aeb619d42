/** What a permission lets one do, in both languages. */
export type Meaning = { readonly zh: string; readonly en: string }

/** Every permission there is. A route names one of these, or `public`; roles and keys of service accounts are made of them. */
export const PERMISSIONS = {
  'merchant.read': { zh: '查看部门、收费单位和缴费项目', en: 'See departments, merchants and fee items' },
  'merchant.manage': {
    zh: '登记和修改部门、收费单位和缴费项目',
    en: 'Register and change departments, merchants and fee items',
  },
  'order.read': { zh: '查看缴费单', en: 'See orders' },
  'order.issue': { zh: '开立和关闭缴费单，包括批量文件', en: 'Issue and close orders, also by batch file' },
  'payment.read': {
    zh: '查看支付、流水、异常和被拒通知',
    en: 'See payments, movements, anomalies and refused notices',
  },
  'payment.query': { zh: '立即向渠道查询一笔支付', en: 'Ask a channel about a payment at once' },
  'payment.settle': { zh: '处理异常支付', en: 'Settle anomalies of payments' },
  'payment.reverse': { zh: '冲正误记的成功支付', en: 'Reverse a success that was booked wrongly' },
  'refund.ask': { zh: '申请退款', en: 'Ask for refunds' },
  'refund.read': { zh: '查看退款', en: 'See refunds' },
  'refund.review': { zh: '复核退款', en: 'Review refunds' },
  'notice.read': { zh: '查看短信和邮件的发送情况', en: 'See what became of messages' },
  'notice.manage': { zh: '重发或撤回短信和邮件', en: 'Send messages again, or withdraw them' },
  'receipt.read': { zh: '下载任意缴费凭证', en: 'Download any receipt' },
  'field.account_no': { zh: '看完整的户号和账号', en: 'See account numbers whole' },
  'field.payer_name': { zh: '看完整的缴费人姓名', en: 'See names of payers whole' },
  'field.contact': { zh: '看完整的手机号和邮箱', en: 'See phone numbers and mail addresses whole' },
  'field.reveal': {
    zh: '说明理由后查看单个被遮蔽的字段（记入日志）',
    en: 'Look at a single masked field, with a reason and an entry in the log',
  },
  'review.read': { zh: '查看待复核事项', en: 'See what waits for a second person' },
  'review.ask': {
    zh: '上传凭证，撤回自己提交的复核申请',
    en: 'Upload vouchers, and withdraw what one asked a second person for',
  },
  'review.decide': { zh: '复核：同意或拒绝', en: 'Decide as the second person' },
  'account.read': { zh: '查看账户、会话和授权', en: 'See accounts, sessions and grants' },
  'account.manage': {
    zh: '开立、停用账户，重置密码，吊销设备和会话',
    en: 'Open and suspend accounts, reset passwords, revoke devices and sessions',
  },
  'role.grant': { zh: '授予和收回角色及范围（不能给自己）', en: 'Grant and revoke roles and scopes, never to oneself' },
  'role.manage': { zh: '设置自定义角色', en: 'Make and change roles of the house' },
  'log.read': { zh: '查看操作日志及其证明', en: 'See the operation log and its proofs' },
  'alert.read': { zh: '查看安全告警', en: 'See security alerts' },
  'alert.manage': { zh: '处理安全告警，解除地址封锁', en: 'Deal with security alerts, lift blocks of addresses' },
  'vault.read': { zh: '查看密钥状态', en: 'See the state of the keys' },
  'vault.rotate': { zh: '轮换数据密钥', en: 'Rotate data keys' },
  'statement.read': { zh: '查看对账单及其版本', en: 'See statements and their versions' },
  'statement.upload': { zh: '上传对账单，催取账单', en: 'Upload statements, and have them fetched now' },
  'statement.accept': {
    zh: '复核有坏行的对账单',
    en: 'Accept a statement with unreadable records, as the second person',
  },
  'day.read': { zh: '查看对账日、平衡表和待对账项目', en: 'See reconciliation days, their proofs and what waits' },
  'day.run': { zh: '立即对账', en: 'Reconcile a day at once' },
  'day.close': { zh: '关账，申请强制关账', en: 'Close a day, and ask to force its close' },
  'day.review': { zh: '复核强制关账', en: 'Decide about a forced close, as the second person' },
  'item.confirm': { zh: '快速确认已缴费项目', en: 'Confirm paid items quickly' },
  'item.review': { zh: '复核大额或异常的确认', en: 'Decide about large or anomalous confirmations' },
  'discrepancy.read': { zh: '查看差错', en: 'See discrepancies' },
  'discrepancy.handle': { zh: '处理差错', en: 'Deal with discrepancies' },
  'discrepancy.review': { zh: '复核差错处理', en: 'Decide about what discrepancies need a second person for' },
  'cause.manage': { zh: '维护异常场景库', en: 'Keep the library of causes' },
  'rule.read': { zh: '查看对账规则及其版本', en: 'See rules and their versions' },
  'rule.edit': { zh: '编写对账规则版本，申请启用', en: 'Write versions of the rules, and ask for their activation' },
  'rule.activate': { zh: '复核规则版本的启用', en: 'Decide about activating rules, as the second person' },
  'appeal.read': { zh: '查看对账申诉', en: 'See appeals' },
  'appeal.handle': { zh: '处理和答复对账申诉', en: 'Deal with appeals and answer them' },
  'report.read': { zh: '查看报表', en: 'See reports' },
  'report.export': { zh: '导出报表', en: 'Export reports' },
  'report.template': { zh: '维护报表模板和计划', en: 'Keep templates and schedules of reports' },
  'own.read': { zh: '查看本人的账单、缴费记录和凭证', en: 'See one’s own bills, records and receipts' },
  'own.manage': { zh: '绑定本人的户号，管理通知设置', en: 'Bind one’s own account numbers, set notices' },
  'own.session': { zh: '管理本人的登录、密码和设备', en: 'Manage one’s own log-ins, password and devices' },
  'system.metrics': { zh: '读取运行指标', en: 'Read the figures of the running system' },
  'backup.read': { zh: '查看备份状态', en: 'See the state of the backups' },
  'drill.read': { zh: '查看容灾演练记录', en: 'See drills of continuity' },
  'system.jobs': { zh: '查看后台任务', en: 'See background jobs' },
} as const satisfies Readonly<Record<string, Meaning>>

export type Permission = keyof typeof PERMISSIONS

/** Comes with a session, to nobody else: roles cannot give it. */
export const OWN_SESSION = 'own.session' satisfies Permission

export const ALL_PERMISSIONS: ReadonlySet<string> = new Set(Object.keys(PERMISSIONS))

/** What a role can be made of. */
export const GRANTABLE: ReadonlySet<string> = ALL_PERMISSIONS.difference(new Set([OWN_SESSION]))
