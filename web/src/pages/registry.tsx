import {
  FileDoneOutlined,
  FileSearchOutlined,
  MessageOutlined,
  ProfileOutlined,
  UserOutlined,
  WalletOutlined,
} from '@ant-design/icons'
import type { PageOf } from '../shell/pages.tsx'

/** All pages, in the order of the menu. */
export const PAGES: readonly PageOf[] = [
  {
    path: 'statements',
    title: { zh: '对账单', en: 'Statements' },
    needs: ['statement.read'],
    menu: 'morning',
    icon: FileDoneOutlined,
    load: () => import('./statements/page.tsx'),
  },
  {
    path: 'statements/inspect',
    title: { zh: '格式预检', en: 'Look into a file' },
    needs: ['statement.upload'],
    menu: 'morning',
    icon: FileSearchOutlined,
    load: () => import('./statements/inspect_page.tsx'),
  },
  {
    path: 'statements/:fileId',
    title: { zh: '对账单文件', en: 'Statement file' },
    needs: ['statement.read'],
    load: () => import('./statements/file_page.tsx'),
  },
  {
    path: 'own/bills',
    title: { zh: '我的缴费', en: 'My bills' },
    needs: ['own.read'],
    icon: WalletOutlined,
    tab: { zh: '缴费', en: 'Pay' },
    load: () => import('./own/page.tsx'),
  },
  {
    path: 'own/records',
    title: { zh: '缴费记录', en: 'Payment records' },
    needs: ['own.read'],
    icon: ProfileOutlined,
    tab: { zh: '记录', en: 'Records' },
    load: () => import('./records/page.tsx'),
  },
  {
    path: 'own/records/:paymentNo',
    title: { zh: '缴费记录', en: 'Payment' },
    needs: ['own.read'],
    load: () => import('./records/record_page.tsx'),
  },
  {
    path: 'own/appeals',
    title: { zh: '我的申诉', en: 'My appeals' },
    needs: ['own.read'],
    icon: MessageOutlined,
    tab: { zh: '申诉', en: 'Appeals' },
    load: () => import('./own_appeals/page.tsx'),
  },
  {
    path: 'own/appeals/new',
    title: { zh: '提出申诉', en: 'File an appeal' },
    needs: ['own.manage'],
    load: () => import('./own_appeals/new_page.tsx'),
  },
  {
    path: 'own/appeals/:appealId',
    title: { zh: '申诉', en: 'Appeal' },
    needs: ['own.read'],
    load: () => import('./own_appeals/appeal_page.tsx'),
  },
  {
    path: 'me',
    title: { zh: '我的登录与设备', en: 'My log-in and devices' },
    needs: [],
    icon: UserOutlined,
    tab: { zh: '我的', en: 'Me' },
    load: () => import('./me/page.tsx'),
  },
  {
    path: 'pay',
    title: { zh: '查账单、缴费', en: 'Find a bill and pay it' },
    needs: [],
    open: true,
    load: () => import('./pay/page.tsx'),
  },
  {
    path: 'pay/order/:orderNo',
    title: { zh: '缴费', en: 'Pay' },
    needs: [],
    open: true,
    load: () => import('./pay/order_page.tsx'),
  },
  {
    path: 'pay/progress/:paymentNo',
    title: { zh: '缴费进度', en: 'Where a payment stands' },
    needs: [],
    open: true,
    load: () => import('./pay/progress_page.tsx'),
  },
  {
    path: 'pay/receipt/:paymentNo',
    title: { zh: '电子缴费凭证', en: 'Receipt' },
    needs: [],
    open: true,
    load: () => import('./pay/receipt_page.tsx'),
  },
  {
    path: 'pay/verify',
    title: { zh: '核验缴费凭证', en: 'Verify a receipt' },
    needs: [],
    open: true,
    load: () => import('./pay/verify_page.tsx'),
  },
]

/** Where somebody lands who asked for no page: the first of these that he may open. */
export const LANDINGS: readonly string[] = [
  'items',
  'days',
  'reviews',
  'appeals',
  'accounts',
  'operation-log',
  'system',
  'own/bills',
]
