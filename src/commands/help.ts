import type { Lang } from '../kernel/failure.ts'

export const helpText = (lang: Lang): string => (lang === 'zh' ? ZH : EN)

const ZH = `fzpay — 抚州支付平台：逐分对账

用法：
  fzpay reconcile --payments FILE… --statement FILE… [选项]   两个文件直接对账
  fzpay backtest --rules FILE [--days N] [--json]             用新规则重放最近已关账期，列出改变，不入库
  fzpay inspect FILE [--json] [读取选项]                      对账单格式预检，不入账
  fzpay import FILE… [--channel NAME] [--account NAME] [--day 日期 [--newest]]  对账单入库：要么整份入账，要么分毫不动；--day 表示该日完整账单，--newest 表示渠道现以它为准
  fzpay template list | show NAME                             已确认的版式模板
  fzpay template confirm FILE --name NAME [读取选项]          确认一种版式的列含义，以后同版式文件不再询问
  fzpay start [--port N] [--tls] [--into 目录] [--once]       样例城市日，再启动平台和渠道沙箱，演示一张账单（npm start）
  fzpay audit verify [--root 文件] | export-root | prove N    操作日志：是否完整；导出根；单条证明
  fzpay vault status | check | rotate | reseal | rewrap | new-key FILE   密钥：状态、全部可读证明、轮换、更换主密钥
  fzpay backup [make] | list | verify [名] | prune | pages    备份：立即制作、列出、验证、清理、页校验
  fzpay restore [--to 时刻] --into 目录                       恢复到任意一秒并验证；restore table 表名 --from 目录：取回单张表
  fzpay serve [--port N] [--tls]                              启动平台（HTTP 接口，说明在 /api/docs）
  fzpay worker                                                另一个进程分担后台任务
  fzpay health [--live] [--port N] [--tls]                    本机平台是否就绪（供容器和监控使用）
  fzpay config reference | check [FILE]                       配置的全部字段；检查配置文件，一次列出所有错误
  fzpay account list | create 登录名 --name N --role R | …     账户、服务密钥、重置密码（首个主管与应急）
  fzpay bills check FILE [--merchant NO] [--errors FILE.csv]  账单文件预检：逐行列出问题，不开单
  fzpay bills issue FILE [--notify]                           预检通过的账单文件开单：整批成功或分毫不动
  fzpay sandbox [--port N] [--data 目录] [--speed N] [--seed N]   渠道沙箱：本机模拟微信、支付宝、银联和银行
  fzpay demo [--into 目录]                                    内置的样例城市日
  fzpay drill failover | remote [--damage D] [--rate N] [--seconds N]   容灾演练：在自己的数据库上破坏、切换、逐笔核对
  fzpay distribute [--check] [--anyway] [--json]              把热点表分布到 Citus 集群；--check 只看计划和阻碍，不需要 Citus
  fzpay help | --version

reconcile 的选项：
  --payments FILE…     平台支付记录（CSV 或 xlsx，可多个）
  --statement FILE…    渠道对账单（可多个，格式自动识别）
  --channel NAME       格式不说明渠道的对账单属于哪个渠道
  --rules FILE         规则文件（YAML 或 JSON）
  --json               标准输出一份 JSON，别无其他
  --summary            JSON 中不列 matches
  --out FILE           JSON 写入文件（要么完整，要么不变）
  --report FILE.xlsx   Excel 报告
  --timings            各步耗时（标准错误）
  --lang zh|en         语言

start 和 serve 的选项：
  --port N             端口；默认用 FZPAY_PORT 或配置，否则 8080 或其后第一个空闲端口
  --tls                以 HTTPS 服务；配置中没有 server.tls 时首次启动生成自签名证书（serve 会打印指纹）
  --into 目录          start：样例文件写到哪里，默认 out/demo
  --once               start：演示完即退出

读取选项（对账单自己不说明时）：
  --timezone ZONE      其中本地时间的时区，默认 Asia/Shanghai
  --currency CNY       币种
  --date-order ORDER   03/04/2026 这类日期的顺序：ymd、dmy 或 mdy
  --widths 列=宽,…     定长且列间没有空格的文件：每列宽度（字节），如 日期=8,流水号=7,金额(分)=12,借贷=1
  --decimal SIGN       1.230 这类数的小数点：. 或 ,（另一个是千位分隔）
  --column 列名=含义    某列的含义，如 --column 金额=amount；= - 表示不用；可多次给出

inspect 的选项：
  --templates          也用数据库里已确认的版式模板（否则不需要数据库）
  环境变量 FZPAY_LLM_URL、FZPAY_LLM_MODEL、FZPAY_LLM_KEY
                       列含义不确定时请语言模型提建议（默认关闭；只发送列名和打码的形状）

退出码：0 完成（有差错也是 0），2 输入被拒绝，1 程序错误。
`

const EN = `fzpay — Fuzhou Pay: reconciliation to the last fen

Usage:
  fzpay reconcile --payments FILE… --statement FILE… [options]   reconcile files with files
  fzpay backtest --rules FILE [--days N] [--json]                what these rules would have changed on the last closed days; stores nothing
  fzpay inspect FILE [--json] [reading options]                  check a statement, book nothing
  fzpay import FILE… [--channel NAME] [--account NAME] [--day DATE [--newest]]  book statements: each wholly or not at all; --day: the whole of that day; --newest: what the channel states now
  fzpay template list | show NAME                                confirmed layouts
  fzpay template confirm FILE --name NAME [reading options]      keep what a layout's columns mean; later files are not asked about
  fzpay start [--port N] [--tls] [--into FOLDER] [--once]        the sample day, then platform and sandbox with a bill played (npm start)
  fzpay audit verify [--root FILE] | export-root | prove ENTRY   the operation log: is it whole; its root; proof of one entry
  fzpay vault status | check | rotate | reseal | rewrap | new-key FILE   the keys: state, proof that all can be read, rotation, change of the master key
  fzpay backup [make] | list | verify [BASE] | prune | pages     backups: make one, list, verify, prune; check all pages
  fzpay restore [--to MOMENT] --into FOLDER                      to any second, verified; restore table NAME --from FOLDER: one table back
  fzpay serve [--port N] [--tls]                                 run the platform (HTTP API, described at /api/docs)
  fzpay worker                                                   another process that shares the background tasks
  fzpay health [--live] [--port N] [--tls]                       is the platform on this machine ready (for containers and supervisors)
  fzpay config reference | check [FILE]                          every field of the configuration; all mistakes of a file at once
  fzpay account list | create LOGIN --name N --role R | …        accounts, service keys, password resets (the first supervisor, emergencies)
  fzpay bills check FILE [--merchant NO] [--errors FILE.csv]     check a file of bills row by row, issue nothing
  fzpay bills issue FILE [--notify]                              issue a checked file of bills: wholly or not at all
  fzpay sandbox [--port N] [--data FOLDER] [--speed N] [--seed N]   the channels, simulated on this machine
  fzpay demo [--into FOLDER]                                     the built-in sample city day
  fzpay drill failover | remote [--damage D] [--rate N] [--seconds N]   a drill of continuity: damages databases of its own, fails over, looks everything up
  fzpay distribute [--check] [--anyway] [--json]                 put the hot tables onto a Citus cluster; --check: the plan and what stands against it, without Citus
  fzpay help | --version

Options of reconcile:
  --payments FILE…     the platform's own records (CSV or xlsx, any number)
  --statement FILE…    the channels' statements (any number, formats are recognised)
  --channel NAME       channel of statements whose format does not tell
  --rules FILE         rules (YAML or JSON)
  --json               one JSON document on standard output and nothing else
  --summary            leave the matches out of the JSON
  --out FILE           write the JSON to a file (whole, or not at all)
  --report FILE.xlsx   Excel report
  --timings            how long each step took (standard error)
  --lang zh|en         language

Options of start and serve:
  --port N             the port; else FZPAY_PORT or the configuration's, else 8080 or the next free one
  --tls                HTTPS; where the configuration has no server.tls the first start makes a self-signed certificate (serve prints its fingerprint)
  --into FOLDER        start: where the sample files go, out/demo by default
  --once               start: end when the story is over

Reading options (where a statement does not tell):
  --timezone ZONE      zone of its local times, default Asia/Shanghai
  --currency CNY       its currency
  --date-order ORDER   of dates such as 03/04/2026: ymd, dmy or mdy
  --widths NAME=N,…    of columns of fixed width that touch: bytes each, such as 日期=8,流水号=7,金额(分)=12,借贷=1
  --decimal SIGN       of numbers such as 1.230: . or , (the other groups thousands)
  --column HEADER=FIELD  what a column means, such as --column Amount=amount; "= -" leaves it out; may be repeated

Options of inspect:
  --templates          read by the confirmed layouts of the database too (it needs none otherwise)
  environment FZPAY_LLM_URL, FZPAY_LLM_MODEL, FZPAY_LLM_KEY
                       a language model proposes where columns are not sure (off by default; sees names and masked shapes only)

Exit status: 0 done (also with discrepancies), 2 the input was refused, 1 a bug.
`
