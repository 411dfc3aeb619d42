import { parentPort, workerData } from 'node:worker_threads'
import { sm3Of } from './digest.ts'

parentPort?.postMessage(sm3Of((workerData as { fd: number }).fd))
