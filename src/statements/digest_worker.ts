import { parentPort, workerData } from 'node:worker_threads'
import { hashesOf } from './digest.ts'

const { fd, withSha256 } = workerData as { fd: number; withSha256: boolean }
parentPort?.postMessage(hashesOf(fd, withSha256))
