import {
  AuditOutlined,
  BookOutlined,
  CustomerServiceOutlined,
  FileSearchOutlined,
  ReconciliationOutlined,
  RollbackOutlined,
  WarningOutlined,
} from '@ant-design/icons'
import type { PageOf } from '../shell/pages.tsx'

/** All pages, in the order of the menu. */
export const PAGES: readonly PageOf[] = [
  {
    path: 'discrepancies',
    title: { zh: '差错', en: 'Discrepancies' },
    needs: ['discrepancy.read'],
    menu: 'morning',
    icon: WarningOutlined,
    load: () => import('./discrepancies/page.tsx'),
  },
  {
    path: 'discrepancies/match',
    title: { zh: '手工匹配', en: 'Match by hand' },
    needs: ['discrepancy.read', 'discrepancy.handle'],
    load: () => import('./discrepancies/match_page.tsx'),
  },
  {
    path: 'discrepancies/:discrepancyId',
    title: { zh: '差错', en: 'Discrepancy' },
    needs: ['discrepancy.read'],
    load: () => import('./discrepancies/one_page.tsx'),
  },
  {
    path: 'reviews',
    title: { zh: '复核', en: 'Reviews' },
    needs: ['review.read'],
    menu: 'morning',
    icon: AuditOutlined,
    load: () => import('./reviews/page.tsx'),
  },
  {
    path: 'reviews/:reviewId',
    title: { zh: '复核', en: 'Review' },
    needs: ['review.read'],
    load: () => import('./reviews/page.tsx'),
  },
  {
    path: 'settlements',
    title: { zh: '三方对账', en: 'Settlements' },
    needs: ['day.read'],
    menu: 'morning',
    icon: ReconciliationOutlined,
    load: () => import('./settlements/page.tsx'),
  },
  {
    path: 'settlements/:settlementId',
    title: { zh: '三方对账', en: 'Settlement' },
    needs: ['day.read'],
    load: () => import('./settlements/page.tsx'),
  },
  {
    path: 'appeals',
    title: { zh: '对账申诉', en: 'Appeals' },
    needs: ['appeal.read'],
    menu: 'paying',
    icon: CustomerServiceOutlined,
    load: () => import('./appeals/page.tsx'),
  },
  {
    path: 'appeals/:appealId',
    title: { zh: '对账申诉', en: 'Appeal' },
    needs: ['appeal.read'],
    load: () => import('./appeals/page.tsx'),
  },
  {
    path: 'records',
    title: { zh: '缴费记录', en: 'Payment records' },
    needs: ['payment.read'],
    menu: 'paying',
    icon: FileSearchOutlined,
    load: () => import('./records/page.tsx'),
  },
  {
    path: 'refunds',
    title: { zh: '退款', en: 'Refunds' },
    needs: ['refund.read', 'payment.read', 'order.read'],
    menu: 'paying',
    icon: RollbackOutlined,
    load: () => import('./refunds/page.tsx'),
  },
  {
    path: 'causes',
    title: { zh: '异常场景库', en: 'Causes' },
    needs: ['discrepancy.read'],
    menu: 'control',
    icon: BookOutlined,
    load: () => import('./causes/page.tsx'),
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
