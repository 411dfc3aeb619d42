import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { refusal } from '../command_line.ts'
import { parseRules } from '../rules/read.ts'
import type { Rules } from '../rules/rules.ts'

/** Throws rules_missing, rules_unreadable. */
export function readRulesFile(path: string): Rules {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code
    if (reason === 'ENOENT')
      throw refusal(
        'rules_missing',
        `找不到规则文件“${path}”：请检查路径`,
        `there is no rules file "${path}": check the path`,
      )
    throw refusal(
      'rules_unreadable',
      `规则文件“${path}”无法读取（${reason}）`,
      `rules file "${path}" cannot be read (${reason})`,
    )
  }
  return parseRules(text, basename(path))
}
