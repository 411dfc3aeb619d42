import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MASKED_FIELDS, type MaskedField, seenBy } from './masking.ts'
import { BUILT_IN_ROLES, type BuiltInRole } from './roles.ts'

/** Whole (W) or masked (m): what each role sees of each kind of field. */
const TABLE = `
             account_no  payer_name  phone  email  payer_id
  cashier    W           m           m      m      W
  finance    W           W           m      m      W
  auditor    m           m           m      m      m
  supervisor m           m           m      m      m
  operator   m           m           m      m      m
  support    m           m           m      m      m
  payer      m           m           m      m      m
`
const EXAMPLES: Readonly<Record<MaskedField, readonly [whole: string, masked: string]>> = {
  account_no: ['3601002688', '******2688'],
  payer_name: ['欧阳修', '欧**'],
  phone: ['13812345678', '138****5678'],
  email: ['zhang@example.com', 'z****@example.com'],
  payer_id: ['oUpF8uMuAJO_M2pxb1Q9zNjWeS6o', '************************eS6o'],
}

test('what each role sees of each kind of field', () => {
  const [head = '', ...lines] = TABLE.trim().split('\n')
  const fields = head.trim().split(/\s+/) as MaskedField[]
  assert.deepEqual(fields.toSorted(), Object.keys(MASKED_FIELDS).toSorted())
  assert.deepEqual(lines.map(line => line.trim().split(/\s+/)[0]).toSorted(), Object.keys(BUILT_IN_ROLES).toSorted())
  for (const line of lines) {
    const [role, ...marks] = line.trim().split(/\s+/) as [BuiltInRole, ...string[]]
    const permissions = new Set<string>(BUILT_IN_ROLES[role].permissions)
    for (const [at, field] of fields.entries()) {
      const [whole, masked] = EXAMPLES[field]
      assert.equal(seenBy({ permissions }, field, whole), marks[at] === 'W' ? whole : masked, `${role} ${field}`)
    }
  }
})

test('whoever is unknown sees everything masked', () => {
  for (const [field, [whole, masked]] of Object.entries(EXAMPLES) as [MaskedField, readonly [string, string]][]) {
    assert.equal(seenBy(undefined, field, whole), masked)
    assert.equal(seenBy({}, field, whole), masked)
  }
})
