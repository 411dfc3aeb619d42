import type { StateLook } from '../../pieces/look.ts'
import type { Both } from '../../shell/both.ts'

export const MERCHANT_STATES: Readonly<Record<string, StateLook>> = {
  active: { zh: '正常', en: 'Active', colour: 'success' },
  suspended: { zh: '已停用', en: 'Suspended', colour: 'warning' },
}

export const FEE_ITEM_STATES: Readonly<Record<string, StateLook>> = {
  active: { zh: '正常', en: 'Active', colour: 'success' },
  suspended: { zh: '已停用', en: 'Suspended', colour: 'warning' },
  retired: { zh: '已终止', en: 'Retired', colour: 'default' },
}

export const CATEGORIES: Readonly<Record<string, Both>> = {
  water: { zh: '水费', en: 'Water' },
  power: { zh: '电费', en: 'Power' },
  gas: { zh: '燃气费', en: 'Gas' },
  heating: { zh: '供暖费', en: 'Heating' },
  tuition: { zh: '学费', en: 'Tuition' },
  property: { zh: '物业费', en: 'Property' },
  social_insurance: { zh: '社保', en: 'Social insurance' },
  non_tax: { zh: '非税', en: 'Non-tax revenue' },
  telecom: { zh: '通信费', en: 'Telecom' },
  medical: { zh: '医疗费', en: 'Medical' },
  other: { zh: '其他', en: 'Other' },
}
