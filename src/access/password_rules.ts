import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'
import { Failure } from '../kernel/failure.ts'

const LENGTH_MIN = 12
/** Longer ones are an attack on the hash, not a password. */
const LENGTH_MAX = 128
/** Of 4: "safely unguessable, moderate protection from an offline attack". */
const SCORE_MIN = 3

let estimator: ZxcvbnFactory | undefined

/**
 * By NIST SP 800-63B, 3.1.1.2: a length, a comparison with what everybody guesses (common passwords, names, dates, keyboard runs, and what belongs to
 * the person and the house), and nothing else: no mixture of signs, no change by the calendar. Throws password_weak.
 */
export function checkPasswordRules(password: string, person: { readonly login: string; readonly name: string }): void {
  const letters = [...password.normalize('NFKC')].length
  if (letters < LENGTH_MIN || letters > LENGTH_MAX)
    throw weak(
      `长度为 ${letters}，应为 ${LENGTH_MIN}–${LENGTH_MAX} 个字符`,
      `it has ${letters} characters; ${LENGTH_MIN} to ${LENGTH_MAX} are expected`,
    )
  estimator ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })
  const known = [person.login, person.name, ...person.login.split(/[._:-]/), 'fuzhou', 'fzpay', '抚州', '抚州支付']
  const { score } = estimator.check(
    password,
    known.filter(word => word.length > 1),
  )
  if (score < SCORE_MIN)
    throw weak(
      '容易被猜到（常见密码、姓名、日期、键盘顺序或重复）。可用几个互不相干的词连成一句',
      'it is easily guessed (a common password, a name, a date, a keyboard run, a repetition): a few unrelated words make a good one',
    )
}

const weak = (zh: string, en: string): Failure =>
  new Failure('password_weak', { zh: `密码不符合要求：${zh}`, en: `The password is not accepted: ${en}` })
