import { DeleteOutlined, StarOutlined } from '@ant-design/icons'
import { Button, Dropdown, Flex, Input, type MenuProps } from 'antd'
import { useState } from 'react'
import { useText } from '../../shell/text.ts'
import { addressOfFilters, type Filters, filtersOf } from './filters.ts'

type View = { readonly name: string; readonly address: string }

/**
 * Named filters of one user in this browser. They are a convenience of one person's and nothing that others rely on; the address of a list is what is shared, so no
 * table of the platform's holds them.
 */
function useViews(login: string): readonly [readonly View[], (views: readonly View[]) => void] {
  const key = `fzpay.items.views.${login}`
  const [views, setViews] = useState<readonly View[]>(() => {
    try {
      const kept = JSON.parse(localStorage.getItem(key) ?? '[]') as unknown
      return Array.isArray(kept)
        ? kept.filter(each => typeof each?.name === 'string' && typeof each?.address === 'string')
        : []
    } catch {
      return []
    }
  })
  return [
    views,
    next => {
      setViews(next)
      try {
        localStorage.setItem(key, JSON.stringify(next))
      } catch {
        // Kept for this page at least.
      }
    },
  ]
}

export function SavedViews({
  login,
  filters,
  choose,
}: {
  readonly login: string
  readonly filters: Filters
  readonly choose: (filters: Filters) => void
}) {
  const t = useText()
  const [views, save] = useViews(login)
  const [name, setName] = useState('')
  const [open, setOpen] = useState(false)
  const add = (): void => {
    const called = name.trim()
    if (called === '') return
    save([
      ...views.filter(view => view.name !== called),
      { name: called, address: addressOfFilters(filters).toString() },
    ])
    setName('')
    setOpen(false)
  }
  const items: MenuProps['items'] = views.map(view => ({
    key: view.name,
    label: (
      <Flex justify="space-between" align="center" gap={16}>
        {view.name}
        <Button
          type="text"
          size="small"
          icon={<DeleteOutlined />}
          aria-label={`${t('删除视图', 'Remove the view')} ${view.name}`}
          onClick={event => {
            event.stopPropagation()
            save(views.filter(each => each.name !== view.name))
          }}
        />
      </Flex>
    ),
  }))
  return (
    <Dropdown
      trigger={['click']}
      open={open}
      onOpenChange={setOpen}
      menu={{
        items,
        onClick: ({ key }) => {
          const view = views.find(each => each.name === key)
          if (view) choose(filtersOf(new URLSearchParams(view.address)))
          setOpen(false)
        },
      }}
      popupRender={menu => (
        <div className="views">
          {views.length > 0 && menu}
          <Flex gap={8} style={{ padding: 10 }}>
            <Input
              value={name}
              maxLength={20}
              placeholder={t('把当前筛选存为…', 'Keep these filters as …')}
              aria-label={t('视图名称', 'Name of the view')}
              onChange={event => setName(event.target.value)}
              onPressEnter={add}
            />
            <Button type="primary" disabled={name.trim() === ''} onClick={add}>
              {t('保存', 'Keep')}
            </Button>
          </Flex>
        </div>
      )}
    >
      <Button icon={<StarOutlined />}>{t('我的视图', 'My views')}</Button>
    </Dropdown>
  )
}
