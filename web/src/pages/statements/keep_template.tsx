import { SaveOutlined } from '@ant-design/icons'
import { Alert, Button, Flex, Input } from 'antd'
import { useState } from 'react'
import type { TemplateConfirmed } from '../../../../src/arrivals/api.ts'
import { counted } from '../../pieces/phrases.ts'
import { Failed } from '../../pieces/states.tsx'
import { newRequestId, Refused, sendFile } from '../../shell/api.ts'
import { addressOf } from '../../shell/query.ts'
import { changedHere } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import type { InspectedProps } from './inspected.tsx'
import { wholeMapping } from './said.ts'

/** Keeps the columns as they are said now, proven by this file, for every later file of the layout. */
export function KeepTemplate({ file, seen, said, reading, busy, kept }: InspectedProps) {
  const t = useText()
  const [name, setName] = useState('')
  const [saving, setSaving] = useState(false)
  const [done, setDone] = useState<TemplateConfirmed | null>(null)
  const [refused, setRefused] = useState<Refused | null>(null)
  const keep = async (): Promise<void> => {
    setSaving(true)
    setRefused(null)
    const path = addressOf('/api/statement-templates', {
      ...{ id: newRequestId(), name: file.name.slice(-200), template: name.trim() },
      ...{ mapping: wholeMapping(seen.columns, said), ...reading },
    })
    try {
      setDone(await sendFile<TemplateConfirmed>(path, file, { told: () => {} }))
      await changedHere(['statements'])
      kept()
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setRefused(error)
    } finally {
      setSaving(false)
    }
  }
  return (
    <section className="column-said">
      <h2>{t('记住这个格式', 'Remember this layout')}</h2>
      <p className="quiet" style={{ marginTop: 0 }}>
        {t(
          '确认后，同样列的文件以后直接读，不再询问。每次确认都留下版本。',
          'Files of the same columns are read without a question from then on. Each confirmation is a version.',
        )}
      </p>
      <form
        onSubmit={event => {
          event.preventDefault()
          void keep()
        }}
      >
        <Flex gap={8} wrap align="center">
          <label htmlFor="template">{t('名称', 'Name')}</label>
          <Input
            id="template"
            style={{ width: 240 }}
            maxLength={80}
            value={name}
            placeholder={t('如：某行流水', 'Such as: Bank X journal')}
            onChange={event => setName(event.target.value)}
          />
          <Button htmlType="submit" icon={<SaveOutlined />} loading={saving} disabled={name.trim() === '' || busy}>
            {t('确认为模板', 'Confirm as a template')}
          </Button>
        </Flex>
      </form>
      <div aria-live="polite" style={{ marginTop: 8 }}>
        {refused && <Failed error={refused} />}
        {done && (
          <Alert
            type="success"
            showIcon
            title={
              done.repeated
                ? t(
                    `“${done.name}”第 ${done.version} 版就是这样，没有改动`,
                    `"${done.name}" version ${done.version} says so already`,
                  )
                : t(
                    `已保存“${done.name}”第 ${done.version} 版（按它读出 ${done.records} 条）`,
                    `"${done.name}" version ${done.version} is kept (${counted(done.records, 'record')} read by it)`,
                  )
            }
          />
        )}
      </div>
    </section>
  )
}
