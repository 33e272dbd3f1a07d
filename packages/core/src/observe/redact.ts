import { scrubValue } from './scrub-value.ts'
import { writtenForms } from './written-forms.ts'

/** Takes known secrets out of texts, by their value. */
export interface Redactor {
  /**
   * From now on this secret is taken out. From 8 characters on everywhere, also in base64, URL-encoded and JSON-escaped form; 4 to 7
   * characters only as a whole word, as it is; shorter ones and words such as `dummy` or `none`, which stand in for a key where none
   * is asked for, not at all: they protect nothing, and taking them out would make every text unreadable.
   */
  add(secret: string): void
  /** It protects nothing any more, such as a token that has ended. */
  remove(secret: string): void
  scrub(text: string): string
  /** A copy that is safe to print: texts scrubbed, fields such as `authorization` emptied, errors with their causes, cycles cut. */
  scrubValue(value: unknown): unknown
}

const redacted = '[redacted]'

const shortest = 4
const longestWord = 7
const standIns = new Set(['none', 'null', 'empty', 'dummy', 'test', 'fake', 'local', 'not-needed', 'no-key', 'sk-no-key-required'])

export function createRedactor(): Redactor {
  const secrets = new Set<string>()
  let expression: RegExp | undefined
  const scrub = (text: string): string => {
    if (secrets.size === 0) return text
    expression ??= compile(secrets)
    return text.replace(expression, redacted)
  }
  return {
    add(secret) {
      for (const part of [secret, ...halves(secret)]) {
        if (part.length < shortest || standIns.has(part.toLowerCase()) || secrets.has(part)) continue
        secrets.add(part)
        expression = undefined
      }
    },
    remove(secret) {
      if (secrets.delete(secret)) expression = undefined
    },
    scrub,
    scrubValue: value => scrubValue(value, scrub)
  }
}

/** `sk-…abcd`: enough to tell two keys apart, of no use to anybody else. Short ones show nothing. */
export function mask(secret: string): string {
  if (secret.length < 16) return '…'
  return `${secret.startsWith('sk-') ? 'sk-' : ''}…${secret.slice(-4)}`
}

/** A Zhipu key is `id.secret`, and its tokens carry the id alone. */
function halves(secret: string): readonly string[] {
  const parts = secret.split('.')
  return parts.length === 2 && parts.every(part => part.length > longestWord) ? parts : []
}

/** Longest first, so that a secret that begins another one does not leave its tail behind. */
function compile(secrets: ReadonlySet<string>): RegExp {
  const whole = new Set<string>()
  const words: string[] = []
  for (const secret of secrets) {
    if (secret.length <= longestWord) words.push(secret)
    else for (const form of writtenForms(secret)) whole.add(form)
  }
  const parts = [...byLength([...whole]).map(escape), ...byLength(words).map(word => `(?<!\\w)${escape(word)}(?!\\w)`)]
  return new RegExp(parts.join('|'), 'g')
}

function byLength(texts: readonly string[]): readonly string[] {
  return texts.toSorted((a, b) => b.length - a.length)
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
