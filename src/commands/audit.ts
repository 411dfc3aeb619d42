import { readFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { shellActor } from '../access/actor.ts'
import { exportRoot, prove } from '../audit/operations.ts'
import { readRoot } from '../audit/root.ts'
import { seal } from '../audit/seal.ts'
import { type Finding, verify } from '../audit/verify.ts'
import { parseWords, refusal } from '../command_line.ts'
import type { Lang } from '../kernel/failure.ts'
import type { Database } from '../system/database.ts'
import { withDatabase } from './command_app.ts'

const OPTIONS = { flags: ['json'], single: ['root', 'out', 'lang'], many: [] }

/** `fzpay audit verify [--root FILE] [--json] | export-root [--out FILE] | prove ENTRY [--out FILE]`. `verify` ends with 1 when something does not fit. */
export async function auditCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, OPTIONS)
  const [action, operand, ...more] = words.operands
  if (more.length > 0 || (operand !== undefined && action !== 'prove')) throw usage()
  const out = words.values.get('out')?.[0]
  await withDatabase(lang, async db => {
    const app = { db, now: () => new Date() }
    await seal(app)
    switch (action) {
      case 'verify':
        return await verifyNow(db, words.values.get('root')?.[0], words.flags.has('json'), lang)
      case 'export-root':
        return await give(await exportRoot(app, shellActor(userInfo().username)), out, lang)
      case 'prove':
        if (operand === undefined || !/^\d{1,18}$/.test(operand)) throw usage()
        return await give(await prove(app, operand), out, lang)
      default:
        throw usage()
    }
  })
}

async function verifyNow(db: Database, rootFile: string | undefined, json: boolean, lang: Lang): Promise<void> {
  const root = rootFile === undefined ? null : readRoot(await textOf(rootFile))
  const found = await verify(db, root)
  const { blocks, entries, unsealed, digest, findings } = found
  if (findings.length > 0) process.exitCode = 1
  if (json) return void process.stdout.write(`${JSON.stringify(found, null, 2)}\n`)
  const say = (zh: string, en: string): void => void process.stdout.write(`${lang === 'en' ? en : zh}\n`)
  for (const finding of findings) say(`✗ ${textZh(finding)}`, `✗ ${textEn(finding)}`)
  const against = root
    ? { zh: `与所保管的根（块 ${root.block}）核对`, en: `checked against the kept root (block ${root.block})` }
    : {
        zh: '未提供外部根，只核对自身一致（--root 文件）',
        en: 'no kept root was given, so only against itself (--root FILE)',
      }
  if (findings.length === 0)
    say(
      `✓ 操作日志完整：${entries} 条，${blocks} 块，${against.zh}；另有 ${unsealed} 条尚未封存\n  末块 ${digest}`,
      `✓ The operation log is whole: ${entries} entries in ${blocks} blocks, ${against.en}; ${unsealed} not sealed yet\n  last block ${digest}`,
    )
  else say(`共 ${findings.length} 处不符；${against.zh}`, `${findings.length} things do not fit; ${against.en}`)
}

function textZh(finding: Finding): string {
  const where = `块 ${finding.block}`
  switch (finding.what) {
    case 'entry_altered':
      return `${where}：第 ${finding.entry} 条被改动`
    case 'entry_inserted':
      return `${where}：第 ${finding.entry} 条是后来插入的`
    case 'entry_missing':
      return `${where}：第 ${finding.place + 1} 个位置的条目被删除`
    case 'block_altered':
      return `${where}：块本身被改动`
    case 'block_missing':
      return `${where} 不见了`
    case 'chain_broken':
      return `${where} 与前一块不相连`
    case 'root_differs':
      return `${where} 与所保管的根不同：此前的内容被改写过`
    case 'root_missing':
      return `所保管的根的${where} 不存在：日志尾部被截去`
  }
}

function textEn(finding: Finding): string {
  const where = `block ${finding.block}`
  switch (finding.what) {
    case 'entry_altered':
      return `${where}: entry ${finding.entry} was altered`
    case 'entry_inserted':
      return `${where}: entry ${finding.entry} was inserted later`
    case 'entry_missing':
      return `${where}: the entry at place ${finding.place + 1} was deleted`
    case 'block_altered':
      return `${where}: the block itself was altered`
    case 'block_missing':
      return `${where} is gone`
    case 'chain_broken':
      return `${where} does not follow the one before`
    case 'root_differs':
      return `${where} is not that of the kept root: what lies before was rewritten`
    case 'root_missing':
      return `the kept root's ${where} is not there: the end of the log was cut off`
  }
}

async function give(document: unknown, out: string | undefined, lang: Lang): Promise<void> {
  const text = `${JSON.stringify(document, null, 2)}\n`
  if (out === undefined) return void process.stdout.write(text)
  await writeFile(out, text)
  process.stdout.write(lang === 'en' ? `written to ${out}\n` : `已写入 ${out}\n`)
}

const textOf = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch(error => {
    throw refusal('file_unreadable', `无法读取 ${path}（${error.code}）`, `${path} cannot be read (${error.code})`)
  })

const usage = () =>
  refusal(
    'usage',
    '用法：fzpay audit verify [--root 文件] | export-root [--out 文件] | prove 条目号 [--out 文件]',
    'usage: fzpay audit verify [--root FILE] | export-root [--out FILE] | prove ENTRY [--out FILE]',
  )
