import {
  AlertOutlined,
  BankOutlined,
  BellOutlined,
  ControlOutlined,
  DashboardOutlined,
  FileAddOutlined,
  FileSearchOutlined,
  FileTextOutlined,
  IdcardOutlined,
  KeyOutlined,
  ProfileOutlined,
  TeamOutlined,
} from '@ant-design/icons'
import type { PageOf } from '../shell/pages.tsx'

/** All pages, in the order of the menu. */
export const PAGES: readonly PageOf[] = [
  {
    path: 'accounts',
    title: { zh: '用户', en: 'Users' },
    needs: ['account.read'],
    menu: 'house',
    icon: TeamOutlined,
    load: () => import('./accounts/page.tsx'),
  },
  {
    path: 'roles',
    title: { zh: '角色', en: 'Roles' },
    needs: ['account.read'],
    menu: 'house',
    icon: IdcardOutlined,
    load: () => import('./roles/page.tsx'),
  },
  {
    path: 'operation-log',
    title: { zh: '操作日志', en: 'Operation log' },
    needs: ['log.read'],
    menu: 'house',
    icon: FileSearchOutlined,
    load: () => import('./operation_log/page.tsx'),
  },
  {
    path: 'keys',
    title: { zh: '数据密钥', en: 'Data keys' },
    needs: ['vault.read'],
    menu: 'house',
    icon: KeyOutlined,
    load: () => import('./keys/page.tsx'),
  },
  {
    path: 'system',
    title: { zh: '系统状态', en: 'System state' },
    needs: ['system.jobs'],
    menu: 'house',
    icon: DashboardOutlined,
    load: () => import('./system/page.tsx'),
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
