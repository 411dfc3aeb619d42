import type { StateLook } from '../../pieces/look.ts'

export const STATES: Readonly<Record<string, StateLook>> = {
  checked: { zh: '预检通过，待开单', en: 'Checked, to be issued', colour: 'processing' },
  refused: { zh: '有错误，未通过', en: 'Refused for errors', colour: 'error' },
  issued: { zh: '已开单', en: 'Issued', colour: 'success' },
  expired: { zh: '已过期', en: 'Expired', colour: 'default' },
}
