import { App } from 'antd'
import type { Content, ExportView } from '../../../../src/reports/api.ts'
import { useAddress } from '../../shell/address.ts'
import { Refused } from '../../shell/api.ts'
import { useDeed } from '../../shell/reading.ts'
import { useLang, useText } from '../../shell/text.ts'

export type ExportWish = {
  readonly format: 'xlsx' | 'csv' | 'pdf'
  readonly daily?: { readonly date: string; readonly matches?: boolean }
  readonly template?: { readonly template_id: string; readonly version?: number }
  readonly content?: Content
}

/** Starts an export in the reader's language, and leads to where its progress stands. */
export function useExport(): { readonly start: (wish: ExportWish) => Promise<void>; readonly busy: boolean } {
  const t = useText()
  const lang = useLang()
  const deed = useDeed<ExportView>(['reports'])
  const address = useAddress()
  const { message } = App.useApp()
  const start = async (wish: ExportWish): Promise<void> => {
    try {
      const made = await deed.mutateAsync({ method: 'POST', path: '/api/reports/exports', body: { lang, ...wish } })
      message.success(t('已开始生成，完成后可下载', 'It is being written; download it when it is ready'))
      address.set({ tab: 'exports', export: made.export_id, edit: null }, { step: true })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      message.error(t(error.words))
    }
  }
  return { start, busy: deed.isPending }
}
