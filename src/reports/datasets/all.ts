import type { Dataset, DatasetName } from '../dataset.ts'
import { DAILY } from './daily.ts'
import { AGEING, ANOMALIES, DISCREPANCIES } from './discrepancies.ts'
import { ITEMS } from './items.ts'
import { FEES, SETTLEMENT } from './money.ts'
import { SETTLEMENTS } from './settlements.ts'

export const DATASETS: Readonly<Record<DatasetName, Dataset>> = {
  items: ITEMS,
  discrepancies: DISCREPANCIES,
  anomaly_reports: ANOMALIES,
  ageing: AGEING,
  fees: FEES,
  merchant_settlement: SETTLEMENT,
  daily: DAILY,
  settlements: SETTLEMENTS,
}
