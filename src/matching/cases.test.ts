import { test } from 'node:test'
import { check } from '../../testkit/table.ts'
import { HARD_CASES } from './cases.ts'

for (const { code, name, text } of HARD_CASES) test(`hard case ${code}: ${name.en}`, () => check(text))
