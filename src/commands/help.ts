import type { Lang } from '../kernel/failure.ts'

export const helpText = (lang: Lang): string => (lang === 'zh' ? ZH : EN)

const ZH = `fzpay — 抚州支付平台：逐分对账

用法：
  fzpay reconcile --payments FILE… --statement FILE… [选项]   两个文件直接对账
  fzpay inspect FILE [--json] [--timezone ZONE]               对账单格式预检，不入账
  fzpay demo                                                  内置的样例城市日
  fzpay help | --version

reconcile 的选项：
  --payments FILE…     平台支付记录（CSV 或 xlsx，可多个）
  --statement FILE…    渠道对账单（可多个，格式自动识别）
  --channel NAME       格式不说明渠道的对账单属于哪个渠道
  --rules FILE         规则文件（YAML 或 JSON）
  --timezone ZONE      对账单中本地时间的时区，默认 Asia/Shanghai
  --json               标准输出一份 JSON，别无其他
  --summary            JSON 中不列 matches
  --out FILE           JSON 写入文件（要么完整，要么不变）
  --report FILE.xlsx   Excel 报告
  --timings            各步耗时（标准错误）
  --lang zh|en         语言

退出码：0 完成（有差错也是 0），2 输入被拒绝，1 程序错误。
`

const EN = `fzpay — Fuzhou Pay: reconciliation to the last fen

Usage:
  fzpay reconcile --payments FILE… --statement FILE… [options]   reconcile files with files
  fzpay inspect FILE [--json] [--timezone ZONE]                  check a statement, book nothing
  fzpay demo                                                     the built-in sample city day
  fzpay help | --version

Options of reconcile:
  --payments FILE…     the platform's own records (CSV or xlsx, any number)
  --statement FILE…    the channels' statements (any number, formats are recognised)
  --channel NAME       channel of statements whose format does not tell
  --rules FILE         rules (YAML or JSON)
  --timezone ZONE      zone of local times in statements, default Asia/Shanghai
  --json               one JSON document on standard output and nothing else
  --summary            leave the matches out of the JSON
  --out FILE           write the JSON to a file (whole, or not at all)
  --report FILE.xlsx   Excel report
  --timings            how long each step took (standard error)
  --lang zh|en         language

Exit status: 0 done (also with discrepancies), 2 the input was refused, 1 a bug.
`
