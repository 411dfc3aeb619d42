/** Trains the column classifier on scripts/columns/layouts.tsv and writes src/statements/table/model.json. */
import { writeFileSync } from 'node:fs'
import { modelText, train } from './columns/train.ts'

const text = modelText(train())
writeFileSync(new URL('../src/statements/table/model.json', import.meta.url), text)
console.log(`model.json: ${(text.length / 1024).toFixed(0)} KB`)
