import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Lang } from '../kernel/failure.ts'
import { helpText } from './help.ts'

const sourceOf = (command: string): string => readFileSync(join(import.meta.dirname, `${command}.ts`), 'utf8')

/** Options that a command reads for itself, `--lang` apart, which all have. */
function optionsOf(command: string): string[] {
  const [, kinds = ''] = /parseWords\(args, \{(.*?)\}\)/.exec(sourceOf(command)) ?? []
  return [...kinds.matchAll(/'([a-z-]+)'/g)].flatMap(([, name]) => (name === 'lang' ? [] : [`--${name}`]))
}

const usageOf = (command: string, lang: Lang): string => {
  const line = helpText(lang)
    .split('\n')
    .find(line => line.startsWith(`  fzpay ${command} `))
  return line ?? ''
}

test('the help names every option of the commands that run something, in both languages', () => {
  const read = ['start', 'serve', 'sandbox', 'demo'].map(command => [command, optionsOf(command)] as const)
  assert.deepEqual(Object.fromEntries(read).start, ['--once', '--tls', '--port', '--into'])
  assert.deepEqual(Object.fromEntries(read).serve, ['--tls', '--port'])
  for (const [command, options] of read)
    for (const lang of ['zh', 'en'] as const)
      for (const option of options)
        assert.ok(usageOf(command, lang).includes(`[${option}`), `${command} ${option} in ${lang}`)
})

test('what is said in one language is said in the other', () => {
  const named = (lang: Lang): string[] =>
    helpText(lang)
      .split('\n')
      .flatMap(line => /^ {2}(?:fzpay [a-z]+|--[a-z-]+)/.exec(line) ?? [])
  assert.ok(named('zh').length > 30)
  assert.deepEqual(named('zh'), named('en'))
})
