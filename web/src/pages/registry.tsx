import { AuditOutlined, CalendarOutlined, CheckSquareOutlined, DashboardOutlined } from '@ant-design/icons'
import type { PageOf } from '../shell/pages.tsx'

/** All pages, in the order of the menu. */
export const PAGES: readonly PageOf[] = [
  {
    path: 'items',
    title: { zh: '已缴费-待对账', en: 'Paid, to be reconciled' },
    needs: ['day.read'],
    menu: 'morning',
    icon: CheckSquareOutlined,
    load: () => import('./items/page.tsx'),
  },
  {
    path: 'days',
    title: { zh: '对账日', en: 'Days' },
    needs: ['day.read'],
    menu: 'morning',
    icon: CalendarOutlined,
    load: () => import('./days/page.tsx'),
  },
  {
    path: 'days/:dayId',
    title: { zh: '对账日', en: 'Day' },
    needs: ['day.read'],
    load: () => import('./days/day_page.tsx'),
  },
  {
    path: 'dashboard',
    title: { zh: '看板', en: 'Dashboard' },
    needs: ['day.read'],
    menu: 'morning',
    icon: DashboardOutlined,
    load: () => import('./dashboard/page.tsx'),
  },
  {
    path: 'anomaly-reports',
    title: { zh: '异常交易专项报告', en: 'Anomaly reports' },
    needs: ['discrepancy.read'],
    menu: 'morning',
    icon: AuditOutlined,
    load: () => import('./anomaly_reports/page.tsx'),
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
