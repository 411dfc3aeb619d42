import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import { actor } from '../../testkit/actors.ts'
import { testApp } from '../../testkit/app.ts'
import { seedMerchants } from '../../testkit/merchants.ts'
import { EVERYWHERE } from '../access/scope.ts'
import { type Department, decideMove, treeOf } from './merchant.ts'
import * as merchants from './operations.ts'
import { merchantRoutes } from './routes.ts'

const departments = (text: string): Department[] =>
  text.split(' ').map(word => {
    const [id = '', parentId] = word.split('<')
    return { id, name: id, parentId: parentId ?? null }
  })

test('the tree holds each department once, by id', () => {
  const outline = (nodes: ReturnType<typeof treeOf>): string =>
    nodes.map(node => node.id + (node.children.length > 0 ? `(${outline([...node.children])})` : '')).join(' ')
  assert.equal(outline(treeOf(departments('c<a a b<a d<b e'))), 'a(b(d) c) e')
  assert.deepEqual(treeOf([]), [])
})

test('a department never comes to hang below itself', () => {
  const all = departments('a b<a c<b d')
  decideMove(all, 'c', 'a')
  decideMove(all, 'b', 'd')
  decideMove(all, 'b', null)
  for (const parent of ['a', 'b', 'c']) assert.throws(() => decideMove(all, 'a', parent), { code: 'department_cycle' })
  assert.throws(() => decideMove(all, 'a', 'x'), { code: 'department_unknown' })
  assert.throws(() => decideMove(all, 'x', 'a'), { code: 'department_unknown' })
})

test('ten levels are possible, eleven are not, counted with what hangs below', () => {
  const chain = departments(Array.from({ length: 9 }, (_, i) => (i === 0 ? 'n0' : `n${i}<n${i - 1}`)).join(' '))
  const all = [...chain, ...departments('x y<x')]
  decideMove(all, 'y', 'n8')
  assert.throws(() => decideMove(all, 'x', 'n8'), { code: 'department_too_deep' })
  decideMove(all, 'x', 'n7')
})

test('departments are created, renamed, moved, and two moves at once make no circle', async t => {
  const app = await testApp(t)
  let id = 0
  const create = (department_id: string, parent_id: string | null) =>
    merchants.createDepartment(app, actor('li'), {
      id: `create-${++id}`,
      department_id,
      name: department_id,
      parent_id,
    })
  const move = (department_id: string, parent_id: string | null) =>
    merchants.changeDepartment(app, actor('li'), department_id, { id: `move-000${++id}`, parent_id })
  await create('A', null)
  await create('B', null)
  await create('C', 'B')
  await assert.rejects(create('B', 'A'), { code: 'already_exists' })
  await assert.rejects(create('D', 'X'), { code: 'department_unknown' })
  assert.deepEqual(await merchants.changeDepartment(app, actor('li'), 'C', { id: 'rename-01', name: ' 财务科 ' }), {
    department_id: 'C',
    name: '财务科',
    parent_id: 'B',
  })
  const both = await Promise.allSettled([move('A', 'C'), move('B', 'A')])
  assert.deepEqual(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  assert.equal(
    (both.find(({ status }) => status === 'rejected') as PromiseRejectedResult).reason.code,
    'department_cycle',
  )
  const { departments: tree } = await merchants.readDepartments(app, EVERYWHERE)
  assert.equal(tree.length, 1)
})

test('merchants: found by part of the name and by department with all below it, page by page', async t => {
  const app = await testApp(t)
  await seedMerchants(app)
  await merchants.createDepartment(app, actor('li'), {
    id: 'dept-0002',
    department_id: 'EDU',
    name: '教育',
    parent_id: 'CITY',
  })
  await merchants.changeMerchant(app, actor('li'), 'SCHOOL', {
    id: 'change-01',
    department_id: 'EDU',
    state: 'suspended',
  })
  const numbers = async (query: Parameters<typeof merchants.readMerchants>[2]) =>
    (await merchants.readMerchants(app, EVERYWHERE, query)).merchants.map(merchant => merchant.merchant_no)
  assert.deepEqual(await numbers({}), ['SCHOOL', 'WATER'])
  assert.deepEqual(await numbers({ search: '自来水' }), ['WATER'])
  assert.deepEqual(await numbers({ search: '%' }), [])
  assert.deepEqual(await numbers({ department_id: 'CITY' }), ['SCHOOL', 'WATER'])
  assert.deepEqual(await numbers({ department_id: 'EDU' }), ['SCHOOL'])
  assert.deepEqual(await numbers({ limit: 1 }), ['SCHOOL'])
  assert.deepEqual(await numbers({ limit: 1, after: 'SCHOOL' }), ['WATER'])
  assert.equal((await merchants.readMerchant(app, EVERYWHERE, 'SCHOOL')).state, 'suspended')
  await assert.rejects(merchants.readMerchant(app, EVERYWHERE, 'NONE'), { code: 'merchant_unknown' })
})

test('a fee item is changed and suspended; once retired it stays so', async t => {
  const app = await testApp(t)
  await seedMerchants(app)
  const change = (id: string, ask: object) => merchants.changeFeeItem(app, actor('li'), 'WATER-BASE', { id, ...ask })
  const changed = await change('change-01', { name: '居民水费', part_min: '0.5', state: 'suspended' })
  assert.deepEqual(
    [changed.name, changed.part_min, changed.state, changed.account_label],
    ['居民水费', '0.50', 'suspended', '户号'],
  )
  assert.deepEqual(await change('change-01', { name: '居民水费', part_min: '0.5', state: 'suspended' }), changed)
  await assert.rejects(change('change-01', { name: '其他' }), { code: 'id_reused' })
  assert.equal((await change('change-02', { state: 'active' })).state, 'active')
  for (const part_min of ['0', '-1', '1.005', '十元', ''])
    await assert.rejects(change('change-03', { part_min }), { code: 'part_min_unreadable' })
  await change('change-04', { state: 'retired' })
  await assert.rejects(change('change-05', { state: 'active' }), { code: 'fee_item_retired' })
  const { fee_items } = await merchants.readFeeItems(app, EVERYWHERE, { merchant_no: 'WATER', state: 'active' })
  assert.deepEqual(
    fee_items.map(item => item.fee_item_id),
    ['WATER-SEW'],
  )
})

test('over HTTP: a tree in, a tree out; undeclared fields are refused; each route names its permission', async t => {
  const app = await testApp(t)
  const server = Fastify({ ajv: { customOptions: { removeAdditional: false } } })
  const permissions: unknown[] = []
  server.addHook('onRoute', route => {
    if (route.method !== 'HEAD') permissions.push(route.config?.permission)
  })
  server.addHook('onRequest', async request => {
    request.actor = actor('li')
  })
  merchantRoutes(server, app)
  const post = (payload: object) => server.inject({ method: 'POST', url: '/departments', payload })
  assert.equal((await post({ id: 'create-1', department_id: 'A', name: '市', parent_id: null })).statusCode, 200)
  assert.equal((await post({ id: 'create-2', department_id: 'B', name: '区', parent_id: 'A' })).statusCode, 200)
  assert.equal((await post({ id: 'create-3', department_id: 'C', name: '区', parent_id: 'A', x: 1 })).statusCode, 400)
  assert.equal((await post({ id: 'create-3', department_id: 'C', name: ' ', parent_id: 'A' })).statusCode, 400)
  assert.deepEqual((await server.inject('/departments')).json(), {
    departments: [{ department_id: 'A', name: '市', children: [{ department_id: 'B', name: '区', children: [] }] }],
  })
  // Only whom one can pay is for everybody: payers look there for what they owe.
  assert.equal(permissions.filter(permission => permission === 'public').length, 1)
  assert.ok(permissions.every(permission => /^(merchant\.(read|manage)|public)$/.test(String(permission))))
})
