import { Button, Form, Input, Select } from 'antd'
import { useRef } from 'react'
import type { Address } from '../../pieces/address.ts'
import { Days } from '../../pieces/days.tsx'
import { useKey } from '../../pieces/keys.ts'
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
  const first = useRef<HTMLDivElement>(null)
  useKey('/', () => first.current?.querySelector('input')?.focus())
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
  return (
    <search>
      <div ref={first}>
        <Form layout="inline" className="filters log-search" aria-label={t('查询操作日志', 'Search the log')}>
          {field('who', t('人员（账户编号）', 'Person (account)'), 190)}
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
          {[...NAMES].some(name => address.get(name) !== '') && (
            <Button onClick={() => address.set(Object.fromEntries(NAMES.map(name => [name, null])))}>
              {t('清除条件', 'Clear')}
            </Button>
          )}
        </Form>
      </div>
    </search>
  )
}
