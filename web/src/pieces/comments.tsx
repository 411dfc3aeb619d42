import { Button, Flex, Input, Typography } from 'antd'
import { useState } from 'react'
import { Refused } from '../shell/api.ts'
import { type Subject, useDeed } from '../shell/reading.ts'
import { useText } from '../shell/text.ts'
import { spoken } from './phrases.ts'
import { Failed } from './states.tsx'
import { When } from './values.tsx'

export type CommentOf = { readonly at: string; readonly by: string; readonly by_name?: string; readonly text: string }

/** What colleagues wrote, and room to write. `path`: where one is sent; null: whoever reads may not write. */
export function Comments({
  comments,
  path,
  changes,
  note,
}: {
  readonly comments: readonly CommentOf[]
  readonly path: string | null
  readonly changes: readonly Subject[]
  /** Who reads them, if that is not plain. */
  readonly note?: string
}) {
  const t = useText()
  const [text, setText] = useState('')
  const deed = useDeed(changes)
  const send = (): void => {
    if (path === null || text.trim() === '' || deed.isPending) return
    deed.mutate({ method: 'POST', path, body: { text: text.trim() } }, { onSuccess: () => setText('') })
  }
  return (
    <Flex vertical gap={12}>
      {comments.length === 0 && path === null && (
        <Typography.Text type="secondary">{t('没有备注', 'No comments')}</Typography.Text>
      )}
      {comments.length > 0 && (
        <ul className="plain-list">
          {comments.map(comment => (
            <li key={`${comment.at} ${comment.by} ${comment.text}`} className="comment">
              <Typography.Text type="secondary">
                {spoken(t, comment.by_name || comment.by)} · <When at={comment.at} />
              </Typography.Text>
              <div className="said">{comment.text}</div>
            </li>
          ))}
        </ul>
      )}
      {path !== null && (
        <Flex vertical gap={8} align="flex-end">
          <Input.TextArea
            aria-label={t('备注', 'Comment')}
            placeholder={note ?? t('写给同事的备注', 'A comment for colleagues')}
            rows={2}
            maxLength={500}
            value={text}
            onChange={event => setText(event.target.value)}
            onKeyDown={event => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send()
            }}
          />
          <Button onClick={send} disabled={text.trim() === ''} loading={deed.isPending}>
            {t('添加备注', 'Add the comment')}
          </Button>
          {deed.error instanceof Refused && <Failed error={deed.error} />}
        </Flex>
      )}
    </Flex>
  )
}
