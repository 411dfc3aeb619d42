import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { actorOf } from '../access/asking.ts'
import type { App } from '../system/app.ts'
import * as api from './api.ts'
import * as merchants from './operations.ts'

const READ = { permission: 'merchant.read' }
const MANAGE = { permission: 'merchant.manage' }

const DepartmentKey = Type.Object({ department_id: api.ObjectId })
const MerchantKey = Type.Object({ merchant_no: api.ObjectId })
const FeeItemKey = Type.Object({ fee_item_id: api.ObjectId })

/** Departments, merchants, fee items. */
export function merchantRoutes(server: FastifyInstance, app: App): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/departments',
    {
      config: READ,
      schema: { tags: ['merchants'], summary: '部门树 Departments as a tree', response: { 200: api.DepartmentTree } },
    },
    request => merchants.readDepartments(app, actorOf(request).scopeOf('merchant.read')),
  )
  http.post(
    '/departments',
    {
      config: MANAGE,
      schema: {
        tags: ['merchants'],
        summary: '新建部门 Create a department',
        body: api.DepartmentAsk,
        response: { 200: api.DepartmentView },
      },
    },
    request => merchants.createDepartment(app, actorOf(request), request.body),
  )
  http.patch(
    '/departments/:department_id',
    {
      config: MANAGE,
      schema: {
        tags: ['merchants'],
        summary: '部门改名或移动 Rename or move a department',
        params: DepartmentKey,
        body: api.DepartmentChange,
        response: { 200: api.DepartmentView },
      },
    },
    request => merchants.changeDepartment(app, actorOf(request), request.params.department_id, request.body),
  )

  http.get(
    '/merchants',
    {
      config: READ,
      schema: {
        tags: ['merchants'],
        summary: '收费单位列表 List merchants',
        querystring: api.MerchantQuery,
        response: { 200: api.MerchantList },
      },
    },
    request => merchants.readMerchants(app, actorOf(request).scopeOf('merchant.read'), request.query),
  )
  http.get(
    '/merchants/:merchant_no',
    {
      config: READ,
      schema: {
        tags: ['merchants'],
        summary: '收费单位 One merchant',
        params: MerchantKey,
        response: { 200: api.MerchantView },
      },
    },
    request => merchants.readMerchant(app, actorOf(request).scopeOf('merchant.read'), request.params.merchant_no),
  )
  http.post(
    '/merchants',
    {
      config: MANAGE,
      schema: {
        tags: ['merchants'],
        summary: '登记收费单位 Register a merchant',
        body: api.MerchantAsk,
        response: { 200: api.MerchantView },
      },
    },
    request => merchants.createMerchant(app, actorOf(request), request.body),
  )
  http.patch(
    '/merchants/:merchant_no',
    {
      config: MANAGE,
      schema: {
        tags: ['merchants'],
        summary: '修改、暂停或恢复收费单位 Change, suspend or resume a merchant',
        params: MerchantKey,
        body: api.MerchantChange,
        response: { 200: api.MerchantView },
      },
    },
    request => merchants.changeMerchant(app, actorOf(request), request.params.merchant_no, request.body),
  )

  http.get(
    '/fee-items',
    {
      config: READ,
      schema: {
        tags: ['merchants'],
        summary: '缴费项目列表 List fee items',
        querystring: api.FeeItemQuery,
        response: { 200: api.FeeItemList },
      },
    },
    request => merchants.readFeeItems(app, actorOf(request).scopeOf('merchant.read'), request.query),
  )
  http.post(
    '/fee-items',
    {
      config: MANAGE,
      schema: {
        tags: ['merchants'],
        summary: '新建缴费项目 Create a fee item',
        body: api.FeeItemAsk,
        response: { 200: api.FeeItemView },
      },
    },
    request => merchants.createFeeItem(app, actorOf(request), request.body),
  )
  http.patch(
    '/fee-items/:fee_item_id',
    {
      config: MANAGE,
      schema: {
        tags: ['merchants'],
        summary: '修改、暂停或停用缴费项目 Change, suspend or retire a fee item',
        params: FeeItemKey,
        body: api.FeeItemChange,
        response: { 200: api.FeeItemView },
      },
    },
    request => merchants.changeFeeItem(app, actorOf(request), request.params.fee_item_id, request.body),
  )

  http.get(
    '/payees',
    {
      config: { permission: 'public' },
      schema: {
        tags: ['payers'],
        summary: '可缴费的单位与项目 Whom bills can be paid to, and for what',
        querystring: api.PayeeQuery,
        response: { 200: api.PayeeList },
      },
    },
    request => merchants.readPayees(app, request.query.search ?? ''),
  )
}
