import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configText, type Machine, postgresSettings } from './postgres_settings.ts'

const settingOf = (machine: Machine, name: string, volatile = false): string | undefined =>
  postgresSettings(machine, volatile).find(([setting]) => setting === name)?.[1]

const SMALL = { memoryMb: 4096, sharedMemoryMb: 64, cores: 2 }
const LARGE = { memoryMb: 24_576, sharedMemoryMb: 12_288, cores: 2 }

test('memory follows the machine, within bounds', () => {
  assert.equal(settingOf(SMALL, 'shared_buffers'), '246MB')
  assert.equal(settingOf(LARGE, 'shared_buffers'), '512MB')
  assert.equal(settingOf(SMALL, 'work_mem'), '16MB')
})

test('money is on disk before it is acknowledged; only tests may forget', () => {
  assert.equal(settingOf(LARGE, 'fsync'), 'on')
  assert.equal(settingOf(LARGE, 'synchronous_commit'), 'on')
  assert.equal(settingOf(LARGE, 'full_page_writes'), 'on')
  assert.equal(settingOf(LARGE, 'fsync', true), 'off')
})

test('a tiny /dev/shm is not used for parallel joins', () => {
  assert.equal(settingOf(SMALL, 'dynamic_shared_memory_type'), 'sysv')
  assert.equal(settingOf(LARGE, 'dynamic_shared_memory_type'), undefined)
})

test('no setting is named twice, and the operator has the last word', () => {
  for (const volatile of [false, true]) {
    const names = postgresSettings(SMALL, volatile).map(([name]) => name)
    assert.deepEqual(names, [...new Set(names)])
  }
  assert.match(configText(postgresSettings(SMALL, false)), /include_if_exists = 'postgresql.local.conf'\n$/)
})
