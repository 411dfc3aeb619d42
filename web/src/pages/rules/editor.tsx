import { Alert, Button, Flex, Segmented, Skeleton } from 'antd'
import { useDeferredValue, useMemo, useRef, useState } from 'react'
import type { VersionView } from '../../../../src/rules/api.ts'
import { CodeArea } from '../../pieces/code_area.tsx'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Failed, Page } from '../../pieces/states.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { wholeForm } from './fields.ts'
import { RulesForm } from './form.tsx'
import { readText } from './text.ts'
import { placeName } from './words.ts'

type EditorProps = {
  readonly based: number
  readonly schema: unknown
  /** With the number of the version that was written, or nothing. */
  readonly leave: (version?: number) => void
}

/** A new version, beginning from another one's text. */
export function Editor({ based, schema, leave }: EditorProps) {
  const t = useText()
  const { data, error } = useRead<VersionView>('rules', `/api/rules/versions/${based}`)
  return (
    <Page
      title={t(`编写新版本（基于版本 ${based}）`, `A new version, from version ${based}`)}
      extra={<Button onClick={() => leave()}>{t('返回', 'Back')}</Button>}
    >
      {error && <Failed error={error} />}
      {data ? <Writing key={based} base={data} schema={schema} leave={leave} /> : !error && <Skeleton active />}
    </Page>
  )
}

/** Form and text side by side; the text is the truth, so both always say the same. */
function Writing({ base, schema, leave }: Pick<EditorProps, 'schema' | 'leave'> & { readonly base: VersionView }) {
  const t = useText()
  const deed = useDeed<VersionView>(['rules'])
  const [text, setText] = useState(base.document)
  const [side, setSide] = useState<'form' | 'text'>('form')
  const [saving, setSaving] = useState(false)
  const whole = useMemo(() => wholeForm(schema), [schema])
  const late = useDeferredValue(text)
  // What is not written follows what the text last meant while it was sound.
  const sound = useRef<unknown>(null)
  const reading = useMemo(() => {
    const read = readText(late)
    if (read.complete !== null) sound.current = read.complete
    return { ...read, complete: sound.current }
  }, [late])
  const { fault } = reading
  const same = text.trim() === base.document.trim()
  const save = async (reason: string): Promise<void> => {
    const made = await deed.mutateAsync({
      method: 'POST',
      path: '/api/rules/versions',
      body: { document: text, reason, based_on: base.version },
    })
    leave(made.version)
  }
  return (
    <div className="stack rules-editor">
      <Flex wrap gap={8} align="center" className="panel sticky-bar">
        <div role="status" style={{ flex: 1, minWidth: 200 }}>
          {fault ? (
            <span className="wrong">
              {t(`第 ${fault.line} 行`, `Line ${fault.line}`)}
              {fault.place !== '' && ` · ${placeName(fault.place, whole.channel, t)}`}
              {t('：', ': ')}
              {t(fault)}
            </span>
          ) : same ? (
            <span className="quiet">{t('与所基于的版本相同', 'Nothing is changed yet')}</span>
          ) : (
            t('可以保存', 'It can be saved')
          )}
        </div>
        <Segmented
          className="only-narrow"
          value={side}
          onChange={setSide}
          options={[
            { value: 'form', label: t('表单', 'Form') },
            { value: 'text', label: 'YAML' },
          ]}
        />
        <Button type="primary" disabled={fault !== null || same} onClick={() => setSaving(true)}>
          {t('保存为新版本', 'Save as a new version')}
        </Button>
      </Flex>
      <div className={`two-sides show-${side}`}>
        <div className="side-form">
          {reading.value === null ? (
            <Alert
              type="warning"
              showIcon
              title={t('文字不合 YAML 的写法，改好后表单恢复', 'The text is no YAML; the form comes back once it is')}
            />
          ) : (
            <RulesForm text={text} reading={reading} whole={whole} change={setText} />
          )}
        </div>
        <div className="side-text">
          <CodeArea
            label={t('规则原文（YAML）', 'The document (YAML)')}
            text={text}
            change={setText}
            faultLine={fault?.line}
          />
        </div>
      </div>
      <ReasonDialog
        open={saving}
        title={t('保存为新版本', 'Save as a new version')}
        confirm={t('保存', 'Save')}
        close={() => setSaving(false)}
        decide={save}
      >
        {t(
          '保存后不能再改，也还不生效：先做回归检查，再申请启用。',
          'It cannot be changed afterwards, and holds for nothing yet: run the regression gate, then ask for its activation.',
        )}
      </ReasonDialog>
    </div>
  )
}
