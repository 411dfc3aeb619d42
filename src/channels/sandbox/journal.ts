import { existsSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Failure } from '../../kernel/failure.ts'

/**
 * The sandbox's memory: one JSON event per line, appended and synced in groups, read again at the next start. What was answered
 * is in it, because answers wait for `settled`.
 */
export class Journal {
  readonly #file: FileHandle
  #waiting: string[] = []
  #working: Promise<void> | null = null

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /**
   * Opens `path` and hands every event of it to `replay`. A last line that was cut off (the machine stopped while it was written) was
   * never answered and is taken away. Throws a Failure `sandbox_journal_damaged` for any other line that is none.
   */
  static async open(path: string, replay: (event: unknown) => void): Promise<Journal> {
    const whole = existsSync(path) ? await readEvents(path, replay) : 0
    const file = await open(path, 'a')
    if ((await file.stat()).size > whole) await file.truncate(whole)
    return new Journal(file)
  }

  append(event: object): void {
    this.#waiting.push(JSON.stringify(event))
    this.#working ??= this.#work()
  }

  /** Resolves when all that was appended so far is on the disk. */
  async settled(): Promise<void> {
    // Events that come while a group is written belong to the next one.
    const running = this.#working
    if (!running) return
    await running
    await this.#working
  }

  async close(): Promise<void> {
    while (this.#working) await this.#working
    await this.#file.close()
  }

  async #work(): Promise<void> {
    await Promise.resolve()
    const group = `${this.#waiting.join('\n')}\n`
    this.#waiting = []
    await this.#file.appendFile(group)
    await this.#file.datasync()
    this.#working = this.#waiting.length > 0 ? this.#work() : null
  }
}

/** Bytes of the whole lines. */
async function readEvents(path: string, replay: (event: unknown) => void): Promise<number> {
  const file = await open(path)
  const { size } = await file.stat()
  let bytes = 0
  let number = 0
  try {
    for await (const line of createInterface({ input: file.createReadStream({ autoClose: false }), crlfDelay: 0 })) {
      number++
      const end = bytes + Buffer.byteLength(line) + 1
      if (end > size) break
      let event: unknown
      try {
        event = JSON.parse(line)
      } catch {
        throw damaged(path, number)
      }
      replay(event)
      bytes = end
    }
  } finally {
    await file.close()
  }
  return bytes
}

const damaged = (path: string, line: number): Failure =>
  new Failure(
    'sandbox_journal_damaged',
    {
      zh: `沙箱账本 ${path} 第 ${line} 行已损坏：请换一个数据目录，或删除该目录重新开始`,
      en: `the sandbox's journal ${path} is damaged in line ${line}: take another data folder, or delete this one to begin anew`,
    },
    { file: path, line },
  )
