import { Button, Form, Grid, Input, Select } from 'antd'
import { useRef, useState } from 'react'
import type { AccountList } from '../../../../src/access/api.ts'
import { Days } from '../../pieces/days.tsx'
import { useSearchKey } from '../../pieces/list_keys.ts'
import { aside } from '../../pieces/phrases.ts'
import type { Address } from '../../shell/address.ts'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { ACTS, OBJECTS } from './acts.ts'

/** What the log can be searched by; all of it stands in the page's address. */
export const NAMES = ['who', 'what', 'kind', 'object', 'address', 'request_id', 'from', 'to'] as const

/** Days of the address as instants of Beijing's days: from the first one's beginning to the end of the last. */
export function instantsOf(from: string, to: string): { from?: string; to?: string } {
  return {
    ...(from === '' ? {} : { from: `${from}T00:00:00+08:00` }),
    ...(to === '' ? {} : { to: `${to}T23:59:59.999+08:00` }),
  }
}

/** The form above the entries. Enter searches; words are chosen, never typed as codes. */
export function Search({ address }: { readonly address: Address }) {
  const t = useText()
  const first = useRef<HTMLDetailsElement>(null)
  useSearchKey(() => first.current?.querySelector('input')?.focus())
  const field = (name: string, label: string, width: number) => (
    <Form.Item label={label} htmlFor={`log-${name}`}>
      <Input
        // The address decides; a search from elsewhere shows itself here.
        key={address.get(name)}
        id={`log-${name}`}
        defaultValue={address.get(name)}
        allowClear
        style={{ width }}
        maxLength={200}
        onPressEnter={event => address.set({ [name]: event.currentTarget.value.trim(), entry: null })}
        onBlur={event => {
          const value = event.currentTarget.value.trim()
          if (value !== address.get(name)) address.set({ [name]: value, entry: null })
        }}
      />
    </Form.Item>
  )
  const choice = (name: string, label: string, words: typeof ACTS, width: number) => (
    <Form.Item label={label} htmlFor={`log-${name}`}>
      <Select
        id={`log-${name}`}
        showSearch={{ optionFilterProp: 'label' }}
        allowClear
        style={{ width }}
        value={address.get(name) || null}
        placeholder={t('全部', 'All')}
        options={Object.entries(words).map(([value, both]) => ({ value, label: t(both) }))}
        onChange={value => address.set({ [name]: value, entry: null })}
      />
    </Form.Item>
  )
  const asked = [...NAMES].some(name => address.get(name) !== '')
  const wide = Grid.useBreakpoint().md ?? true
  return (
    <search>
      <details ref={first} className="log-conditions" open={wide || asked}>
        <summary>{t('查询条件', 'Search')}</summary>
        <Form layout="inline" className="filters log-search" aria-label={t('查询操作日志', 'Search the log')}>
          <Form.Item label={t('人员', 'Person')} htmlFor="log-who">
            <WhoPicker who={address.get('who')} choose={who => address.set({ who, entry: null })} />
          </Form.Item>
          {choice('what', t('操作', 'Act'), ACTS, 210)}
          {choice('kind', t('对象类别', 'Kind of object'), OBJECTS, 140)}
          {field('object', t('对象编号', 'Object'), 180)}
          {field('address', t('网络地址', 'Address'), 140)}
          {field('request_id', t('请求编号', 'Request'), 180)}
          <Form.Item label={t('日期', 'Days')} htmlFor="log-days">
            <Days
              id="log-days"
              from={address.get('from')}
              to={address.get('to')}
              change={days => address.set({ ...days, entry: null })}
            />
          </Form.Item>
          {asked && (
            <Button onClick={() => address.set(Object.fromEntries(NAMES.map(name => [name, null])))}>
              {t('清除条件', 'Clear')}
            </Button>
          )}
        </Form>
      </details>
    </search>
  )
}

/** Staff and programs by name; what else acts (the platform itself, nobody known) is chosen by its word. */
function WhoPicker({ who, choose }: { readonly who: string; readonly choose: (who: string | null) => void }) {
  const t = useText()
  const { may } = useSession()
  const [search, setSearch] = useState('')
  const { data } = useRead<AccountList>(
    'accounts',
    '/api/accounts',
    { search, limit: 30 },
    { enabled: may('account.read') },
  )
  const others = [
    { value: 'system', label: t('系统', 'The platform') },
    { value: 'anonymous', label: t('未登录者', 'Nobody known') },
  ]
  const people = (data?.accounts ?? []).map(({ kind, login, name }) => ({
    value: `${kind}:${login}`,
    label: aside(t, name, login),
  }))
  const known = [...people, ...others]
  return (
    <Select
      id="log-who"
      allowClear
      style={{ width: 210 }}
      showSearch={{ filterOption: false, onSearch: setSearch }}
      placeholder={t('全部', 'All')}
      value={who || null}
      onChange={value => choose(value ?? null)}
      options={who !== '' && !known.some(({ value }) => value === who) ? [{ value: who, label: who }, ...known] : known}
    />
  )
}
