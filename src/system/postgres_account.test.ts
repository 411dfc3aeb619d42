import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseAccount, mayReach, type Owner, type PathPart, parsePasswd } from './postgres_account.ts'

const ROOT: Owner = { uid: 0, gid: 0 }
const LI: Owner = { uid: 1000, gid: 1000 }
const NOBODY: Owner = { uid: 65534, gid: 65534 }
const ACCOUNTS = parsePasswd(
  'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1::/:\nli:x:1000:1000::/home/li:\nnobody:x:65534:65534::/:\n',
)
const asked = { me: 0, clusterOwner: null, folderOwners: [ROOT], accounts: ACCOUNTS }

test('an ordinary user runs the server as themselves', () => {
  assert.equal(chooseAccount({ ...asked, me: 1000 }), null)
  assert.equal(chooseAccount({ ...asked, me: 1000, clusterOwner: LI }), null)
  assert.throws(() => chooseAccount({ ...asked, me: 1001, clusterOwner: LI }), { code: 'database_of_another_user' })
})

test('root gives the server to the owner of the data, then of the folder, then to nobody', () => {
  assert.deepEqual(chooseAccount({ ...asked, clusterOwner: { uid: 70, gid: 70 }, folderOwners: [LI] }), {
    uid: 70,
    gid: 70,
  })
  assert.deepEqual(chooseAccount({ ...asked, folderOwners: [ROOT, LI] }), LI)
  assert.deepEqual(chooseAccount(asked), NOBODY)
})

test('an owner without a name is passed over, because initdb asks for one', () => {
  assert.deepEqual(chooseAccount({ ...asked, folderOwners: [{ uid: 4711, gid: 4711 }] }), NOBODY)
  assert.deepEqual(chooseAccount({ ...asked, accounts: [] }), NOBODY)
})

test('a closed folder on the way, or a closed file at its end, is out of reach', () => {
  const open: PathPart = { ...ROOT, mode: 0o755 }
  const home: PathPart = { ...LI, mode: 0o700 }
  assert.equal(mayReach([open, open, open], NOBODY), true)
  assert.equal(mayReach([open, home, open], NOBODY), false)
  assert.equal(mayReach([open, home, open], LI), true)
  assert.equal(mayReach([open, open, { ...ROOT, mode: 0o600 }], NOBODY), false)
  assert.equal(mayReach([open, { ...ROOT, mode: 0o711 }, open], NOBODY), true)
})
