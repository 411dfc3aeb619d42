import { Button, Collapse, Flex, Input, Select, Typography } from 'antd'
import { useState } from 'react'
import { useText } from '../../shell/text.ts'
import { FieldInput } from './field_input.tsx'
import { isException, type Scope, scopesIn, type Whole } from './fields.ts'
import { NewScope } from './new_scope.tsx'
import { type Reading, valueAt, written } from './text.ts'
import { scopeName } from './words.ts'

/** The rules of one scope as fields. An empty one is not written: what holds then stands in it in grey. */
export function RulesForm({
  text,
  reading,
  whole,
  change,
}: {
  readonly text: string
  readonly reading: Reading
  readonly whole: Whole
  readonly change: (text: string) => void
}) {
  const t = useText()
  const [chosen, setChosen] = useState('defaults')
  const [adding, setAdding] = useState(false)
  const named = scopesIn(reading.value)
  const scope: Scope = chosen.split('.')
  const scopes = named.some(each => each.join('.') === chosen) ? named : [...named, scope]
  const exception = isException(scope)
  const base = exception ? scope.slice(0, -2) : scope
  const faulty = reading.fault?.place ?? ''
  const sections = exception ? whole.row : whole.channel
  const holds = (path: readonly string[]): unknown =>
    exception
      ? valueAt(reading.complete, [...base, ...path])
      : (valueAt(reading.complete, [...scope, ...path]) ?? valueAt(reading.complete, ['defaults', ...path]))
  return (
    <div className="stack">
      <div>
        <label className="field-title" htmlFor="rules-name">
          {t('规则名称', 'Name of the rules')}
        </label>
        <Input
          id="rules-name"
          value={String(valueAt(reading.value, ['name']) ?? '')}
          maxLength={100}
          onChange={event => change(written(text, ['name'], event.target.value || undefined))}
        />
      </div>
      <Flex gap={8} align="end" wrap>
        <div style={{ flex: '1 1 220px' }}>
          <label htmlFor="rule-scope" className="field-title">
            {t('适用范围', 'These rules are for')}
          </label>
          <Select
            id="rule-scope"
            style={{ width: '100%' }}
            value={chosen}
            onChange={setChosen}
            options={scopes.map(each => ({ value: each.join('.'), label: scopeName(each, t) }))}
          />
        </div>
        <Button onClick={() => setAdding(true)}>{t('添加范围', 'Add a scope')}</Button>
        {chosen !== 'defaults' && (
          <Button
            danger
            onClick={() => {
              change(written(text, scope, undefined))
              setChosen('defaults')
            }}
          >
            {t('去掉此范围', 'Take it out')}
          </Button>
        )}
      </Flex>
      <Typography.Text type="secondary">
        {chosen === 'defaults'
          ? t('对所有渠道；留空的字段用内置值。', 'For all channels; an empty field means what is built in.')
          : t('只写与上一级不同的字段；留空即沿用。', 'Only what differs from above; an empty field follows it.')}
      </Typography.Text>
      <Collapse
        key={chosen}
        defaultActiveKey={sections
          .map((section, i) => ({ i, section }))
          .filter(
            ({ i, section }) =>
              i === 0 || section.fields.some(({ path }) => valueAt(reading.value, [...scope, ...path]) !== undefined),
          )
          .map(({ i }) => String(i))}
        items={sections
          .filter(({ fields }) => fields.length > 0)
          .map((section, i) => ({
            key: String(i),
            label: t(section.title),
            children: (
              <div className="rule-fields">
                {section.fields.map(field => {
                  const path = [...scope, ...field.path]
                  return (
                    <FieldInput
                      key={path.join('.')}
                      field={field}
                      value={valueAt(reading.value, path)}
                      holds={holds(field.path)}
                      fault={faulty !== '' && path.join('.') === faulty && reading.fault ? reading.fault : null}
                      change={value => change(written(text, path, value))}
                    />
                  )
                })}
              </div>
            ),
          }))}
      />
      <NewScope
        open={adding}
        close={() => setAdding(false)}
        base={base}
        add={next => {
          setChosen(next.join('.'))
        }}
      />
    </div>
  )
}
