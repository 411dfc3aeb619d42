import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseWords, refusal } from '../command_line.ts'
import { Failure, type Lang } from '../kernel/failure.ts'
import { PARTS } from '../parts.ts'
import { configSections, refusePlainHttp, type ServerSettings } from '../server.ts'
import { type ConfigSource, findConfig, readConfig } from '../system/config.ts'
import { referenceText } from '../system/config_reference.ts'

/** `fzpay config reference` prints every field there is; `fzpay config check [FILE]` tells every mistake of a file, and needs no database. */
export async function configCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, { flags: [], single: ['lang'], many: [] })
  const [act, file, ...more] = words.operands
  if (act === 'reference' && file === undefined)
    return void process.stdout.write(`${referenceText(configSections(PARTS), lang)}\n`)
  if (act !== 'check' || more.length > 0)
    throw refusal(
      'command_unknown',
      '用法：fzpay config reference 或 fzpay config check [FILE]',
      'usage: fzpay config reference, or fzpay config check [FILE]',
    )
  const source = file === undefined ? findConfig() : given(file)
  if (source === null)
    throw refusal(
      'config_unreadable',
      '没有配置文件：请给出文件名，或设置 FZPAY_CONFIG',
      'there is no configuration: name a file, or set FZPAY_CONFIG',
    )
  checkConfig(source)
  process.stdout.write(lang === 'en' ? `${source.name}: no mistakes\n` : `${source.name}：没有错误\n`)
}

const given = (file: string): ConfigSource => {
  const name = resolve(file)
  try {
    return { name, folder: dirname(name), text: readFileSync(name, 'utf8') }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    throw refusal('config_unreadable', `${name} 无法读取（${code}）`, `${name} cannot be read (${code})`)
  }
}

/** Reads a configuration as the platform would at its start. Throws one Failure with all that is wrong. */
export function checkConfig(source: ConfigSource): void {
  const config = readConfig(source, configSections(PARTS)) as Readonly<Record<string, unknown>>
  const wrong = new Map<string, Failure>()
  const looks = [
    () => refusePlainHttp(config.server as ServerSettings),
    ...PARTS.flatMap(({ check }) =>
      check ? [() => check({ config, folder: source.folder, now: () => new Date() })] : [],
    ),
  ]
  for (const look of looks)
    try {
      look()
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      // Parts that read the same section find the same mistake.
      wrong.set(error.zh, error)
    }
  const all = [...wrong.values()]
  if (all.length > 0)
    throw new Failure('config_invalid', {
      zh: `配置 ${source.name}：${all.map(one => one.zh).join('；')}`,
      en: `The configuration ${source.name}: ${all.map(one => one.en).join('; ')}`,
    })
}
