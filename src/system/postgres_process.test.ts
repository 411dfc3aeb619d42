import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextStep } from './embedded.ts'
import { isAlive, isServerOf, parsePidFile } from './postgres_process.ts'

const READY = '4711\n/data/postgres\n1790000000\n43210\n\n127.0.0.1\n  1234567   32769\nready   \n'

test('postmaster.pid tells process, port and state, and may be read half written', () => {
  assert.deepEqual(parsePidFile(READY), { pid: 4711, port: 43210, ready: true })
  assert.equal(parsePidFile(READY.replace('ready', 'starting'))?.ready, false)
  assert.equal(parsePidFile(READY.replace('ready', 'stopping'))?.ready, false)
  assert.equal(parsePidFile(READY.slice(0, 20))?.ready, false)
  assert.equal(parsePidFile(''), null)
})

test('a process number that now belongs to somebody else is not our server', () => {
  assert.equal(isAlive(process.pid), true)
  assert.equal(isServerOf(process.pid, '/data/postgres'), false)
})

test('each state of the disk has one next step', () => {
  const postmaster = parsePidFile(READY)
  assert.equal(nextStep({ initialised: false, postmaster: null, alive: false }), 'initialise')
  assert.equal(nextStep({ initialised: true, postmaster: null, alive: false }), 'start')
  assert.equal(nextStep({ initialised: true, postmaster, alive: false }), 'start')
  assert.equal(nextStep({ initialised: true, postmaster, alive: true }), 'enter')
  assert.equal(
    nextStep({ initialised: true, postmaster: postmaster && { ...postmaster, ready: false }, alive: true }),
    'wait',
  )
})
