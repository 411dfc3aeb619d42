import { join, relative } from 'node:path'
import { parseWords, refusal } from '../command_line.ts'
import { writeDemoFiles } from '../demo/write.ts'
import { Failure, type Lang } from '../kernel/failure.ts'
import { PACKAGE_ROOT } from '../system/paths.ts'
import { reconcileCommand } from './reconcile.ts'

/** `fzpay demo`: a made-up day of the city as real files, reconciled by the very command that a person would type. */
export async function demoCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, { flags: [], single: ['lang', 'into'], many: [] })
  if (words.operands.length > 0)
    throw refusal(
      'operand',
      `demo 不带参数；要写到别处请用 --into 目录`,
      'demo takes no operands; to write elsewhere use --into FOLDER',
    )
  const folder = words.values.get('into')?.[0] ?? join(PACKAGE_ROOT, 'out', 'demo')
  const files = await writeDemoFiles(folder).catch(error => {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined || error instanceof Failure) throw error
    throw refusal(
      'demo_unwritable',
      `样例写不进 ${folder}（${code}）`,
      `the sample cannot be written to ${folder} (${code})`,
    )
  })
  const report = join(folder, 'report.xlsx')
  const json = join(folder, 'result.json')
  // --channel: a bank's CSV does not say whose it is.
  const command = [
    ...['--payments', files.payments, '--statement', ...files.statements, '--channel', 'bank'],
    ...['--rules', files.rules],
  ]
  await reconcileCommand([...command, '--report', report, '--out', json, '--lang', lang], lang)

  const here = (path: string) => quoted(relative(process.cwd(), path) || '.')
  const typed = command.map(word => (word.startsWith(folder) ? here(word) : word)).join(' ')
  const [, alipay = '', bank = ''] = files.statements
  process.stdout.write(
    lang === 'zh'
      ? `
样例城市日已写入 ${here(folder)}（可以打开、修改后再对）
  Excel 报告   ${here(report)}
  JSON 结果    ${here(json)}

接下来可以试
  npx fzpay inspect ${here(alipay)}
  npx fzpay inspect ${here(bank)} --json
  npx fzpay reconcile ${typed} --json --summary
  换成自己的文件：npx fzpay reconcile --payments 平台记录.csv --statement 账单.csv --report 报告.xlsx
`
      : `
The sample day is in ${here(folder)} (open it, change it, reconcile it again)
  Excel report  ${here(report)}
  JSON          ${here(json)}

Try next
  npx fzpay inspect ${here(alipay)}
  npx fzpay inspect ${here(bank)} --json
  npx fzpay reconcile ${typed} --json --summary
  with your own files: npx fzpay reconcile --payments PAYMENTS.csv --statement STATEMENT.csv --report REPORT.xlsx
`,
  )
}

const quoted = (path: string): string => (/^[\w./@%+:,=-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)
