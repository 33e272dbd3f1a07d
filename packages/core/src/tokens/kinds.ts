/** What tokenizers treat alike, and what a run of it costs. */
export interface Kind {
  /** Tokens of a run. */
  readonly first: number
  /** Tokens of each character beyond the first `free` ones. */
  readonly more: number
  readonly free: number
}

/**
 * Fitted by least squares to the counts of o200k (gpt-tokenizer 4.0.0) over prose in 16 languages (the Declaration of Human Rights, messages
 * of a compiler), code, minified code, JSON, YAML, CSV, numbers, base64, hexadecimal and emoji; within 18 % of it on each of these. Where
 * the samples left a long run nearly free, `more` was set by hand.
 */
export const kinds = {
  /** One before a word belongs to the word; indentation is one token. */
  space: { first: 0, more: 0.02, free: 1 },
  newline: { first: 1, more: 0.5, free: 1 },
  /** In threes: a fourth begins a new run. */
  digit: { first: 1, more: 0, free: 3 },
  lower: { first: 0.9, more: 0.17, free: 7 },
  /** Lower case right after a letter or digit: the rest of `getName` or of base64. */
  tail: { first: 1, more: 0.2, free: 5 },
  upper: { first: 1.7, more: 0.3, free: 3 },
  /** Upper case right after a letter or digit. */
  hump: { first: 1.7, more: 0.3, free: 3 },
  accented: { first: 1.1, more: 0.3, free: 1 },
  punctuation: { first: 0.8, more: 0.2, free: 1 },
  /** Also full-width punctuation and box drawing. */
  symbol: { first: 0.9, more: 0.3, free: 1 },
  han: { first: 1, more: 0.73, free: 1 },
  kana: { first: 0.3, more: 0.8, free: 1 },
  hangul: { first: 0.5, more: 0.8, free: 1 },
  /** Greek, Cyrillic. */
  alphabet: { first: 1.45, more: 0.15, free: 4 },
  /** Armenian, Hebrew, Arabic. */
  abjad: { first: 1.25, more: 0.33, free: 3 },
  /** Indian scripts, Thai and others that tokenizers have learned. */
  other: { first: 0.1, more: 0.44, free: 1 },
  /** Lao, Tibetan, Ethiopic and others that they spell by the byte: o200k makes two to three of a letter. */
  rare: { first: 2, more: 2, free: 1 },
  /** Halves of emoji and rare ideographs. */
  surrogate: { first: 1.85, more: 0.9, free: 2 },
  control: { first: 1, more: 1, free: 1 }
} satisfies Readonly<Record<string, Kind>>

/** What one upper case letter costs on top of the lower case that follows, instead of what it costs alone. In the middle of a word: nothing. */
export const capitalTokens = 0.3
/** A space belongs to the word after it, but not to a number. */
export const spaceBeforeDigitTokens = 1

export type KindName = keyof typeof kinds

/** Where a kind of character begins; it reaches to the next row. */
export const ranges: readonly (readonly [from: number, kind: KindName])[] = [
  [0x00, 'control'],
  [0x09, 'space'],
  [0x0a, 'newline'],
  [0x0b, 'control'],
  [0x0d, 'newline'],
  [0x0e, 'control'],
  [0x20, 'space'],
  [0x21, 'punctuation'],
  [0x30, 'digit'],
  [0x3a, 'punctuation'],
  [0x41, 'upper'],
  [0x5b, 'punctuation'],
  [0x61, 'lower'],
  [0x7b, 'punctuation'],
  [0x7f, 'control'],
  [0xa0, 'space'],
  [0xa1, 'symbol'],
  [0xc0, 'accented'],
  [0x370, 'alphabet'],
  [0x530, 'abjad'],
  [0x700, 'rare'],
  [0x900, 'other'],
  [0xe80, 'rare'],
  [0x1000, 'other'],
  [0x1100, 'hangul'],
  [0x1200, 'rare'],
  [0x1780, 'other'],
  [0x1800, 'rare'],
  [0x1e00, 'accented'],
  [0x1f00, 'alphabet'],
  [0x2000, 'symbol'],
  [0x2c00, 'rare'],
  [0x3000, 'space'],
  [0x3001, 'symbol'],
  [0x3040, 'kana'],
  [0x3100, 'symbol'],
  [0x31f0, 'kana'],
  [0x3200, 'symbol'],
  [0x3400, 'han'],
  [0xa000, 'rare'],
  [0xac00, 'hangul'],
  [0xd7b0, 'other'],
  [0xd800, 'surrogate'],
  [0xe000, 'other'],
  [0xf900, 'han'],
  [0xfb00, 'other'],
  [0xff00, 'symbol']
]
