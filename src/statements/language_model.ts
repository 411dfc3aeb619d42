import { Failure } from '../kernel/failure.ts'
import { requireEncrypted } from '../system/outgoing.ts'
import { FIELDS, type Field } from './statement.ts'
import { isField } from './templates.ts'

/** Any endpoint that speaks the chat completions of OpenAI. */
export type LanguageModel = {
  readonly url: string
  readonly model: string
  readonly key: string | null
  readonly timeoutMs?: number
}

/** Nothing is proposed, and why. */
export class NoProposal extends Error {}

export type Proposal = Readonly<Record<string, Field | null>>

const TIMEOUT_MS = 20_000
const ANSWER_MAX = 64 << 10
const SHAPES_PER_COLUMN = 5
const SHAPE_MAX = 24

/** Off unless FZPAY_LLM_URL and FZPAY_LLM_MODEL are given; FZPAY_LLM_KEY where the endpoint wants one. */
export function languageModelOf(env: NodeJS.ProcessEnv): LanguageModel | null {
  const { FZPAY_LLM_URL: url, FZPAY_LLM_MODEL: model, FZPAY_LLM_KEY: key } = env
  if (!url && !model) return null
  if (url && model && /^https?:\/\//.test(url) && URL.canParse(url)) {
    requireEncrypted(url, 'FZPAY_LLM_URL')
    return { url, model, key: key || null }
  }
  throw new Failure('language_model_config', {
    zh: '语言模型配置不完整：FZPAY_LLM_URL（http 或 https 地址）和 FZPAY_LLM_MODEL 要一起给出，或都不给',
    en: 'the language model is configured by half: give both FZPAY_LLM_URL (an http or https address) and FZPAY_LLM_MODEL, or neither',
  })
}

/**
 * What a value looks like, without what it says: 2026-11-22 is 9999-99-99, 王小明 is 汉汉汉. Only this leaves the house.
 */
export const maskOf = (value: string): string =>
  value
    .trim()
    .slice(0, SHAPE_MAX)
    .replace(/\p{Script=Han}/gu, '汉')
    .replace(/(?!汉)\p{Lu}/gu, 'A')
    .replace(/(?!汉)(?!A)[\p{L}\p{M}]/gu, 'a')
    .replace(/\p{N}/gu, '9')
    .replace(/[^汉Aa9\s.,:;/()+\-*%@_#=]/gu, '?')

/** Numbers in a name may be somebody's: long ones are masked there too. */
const maskedName = (header: string): string => {
  const name = header.slice(0, 60).replace(/\p{N}{4,}/gu, digits => '9'.repeat(digits.length))
  // 138 0013 8000 and a@b.cn are somebody's, however they are written.
  return name.includes('@') || (name.match(/\p{N}/gu) ?? []).length > 5
    ? name.replace(/\p{N}/gu, '9').replace(/\S*@\S*/g, 'a@a')
    : name
}

/** The request's text: names and masks of the columns. */
export function questionOf(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = headers.map((header, column) => {
    const masks = new Set(rows.map(row => maskOf(row[column] ?? '')).filter(mask => mask !== ''))
    return { column: `#${column + 1}`, name: maskedName(header), shapes: [...masks].slice(0, SHAPES_PER_COLUMN) }
  })
  return JSON.stringify({ columns })
}

const INSTRUCTIONS = `You map the columns of a bank or payment statement to fields. You see column names and masked shapes of values (9 a digit, a or A a letter, 汉 a Chinese character), never values. Fields: ${FIELDS.join(', ')}. amount_in and amount_out are separate columns for money in and out; amount is one column; direction says in or out. Use each field at most once; null for a column that is none of them. Answer with JSON only: {"columns": {"#1": "date", "#2": null}}`

/** Asks the model what the columns are. A proposal is no mapping: a person confirms it, as any other. */
export async function proposeColumns(
  model: LanguageModel,
  headers: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<Proposal> {
  const text = await ask(model, questionOf(headers, rows))
  return proposalOf(text, headers.length)
}

async function ask({ url, model, key, timeoutMs = TIMEOUT_MS }: LanguageModel, question: string): Promise<string> {
  const address = /\/chat\/completions\/?$/.test(url) ? url : `${url.replace(/\/$/, '')}/chat/completions`
  let body: string
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
      body: JSON.stringify({
        model,
        temperature: 0,
        messages: [
          { role: 'system', content: INSTRUCTIONS },
          { role: 'user', content: question },
        ],
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!response.ok) throw new NoProposal(`HTTP ${response.status}`)
    body = await limited(response)
  } catch (error) {
    if (error instanceof NoProposal) throw error
    const { name, message, cause } = error as Error
    if (name === 'TimeoutError') throw new NoProposal(`no answer within ${timeoutMs / 1_000} s`)
    throw new NoProposal((cause as Error | undefined)?.message || message)
  }
  const content = contentOf(body)
  if (typeof content !== 'string') throw new NoProposal('the answer is not a chat completion')
  return content
}

async function limited(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > ANSWER_MAX) throw new NoProposal('the answer is too long')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function contentOf(body: string): unknown {
  const answer = parsed(body) as { choices?: { message?: { content?: unknown } }[] } | null
  return answer?.choices?.[0]?.message?.content
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** A stranger's words, shown in a terminal: no control characters. */
const harmless = (text: string): string => text.slice(0, 30).replace(/\p{C}/gu, '?')

/** Takes the JSON object out of whatever words stand around it. All of it must be understood, else none of it is used. */
export function proposalOf(text: string, width: number): Proposal {
  const object = parsed(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as { columns?: unknown } | null
  const columns = object?.columns
  if (typeof columns !== 'object' || columns === null || Array.isArray(columns))
    throw new NoProposal('the answer holds no JSON object "columns"')
  const proposal: Record<string, Field | null> = {}
  const used = new Set<Field>()
  for (const [column, field] of Object.entries(columns)) {
    const number = Number(/^#(\d{1,4})$/.exec(column)?.[1] ?? 0)
    if (number < 1 || number > width) throw new NoProposal(`there is no column ${harmless(column)}`)
    if (field !== null && !isField(field)) throw new NoProposal(`${harmless(String(field))} is no field`)
    if (field !== null && used.has(field)) throw new NoProposal(`two columns are proposed as ${field}`)
    if (field !== null) used.add(field)
    proposal[`#${number}`] = field
  }
  return proposal
}
