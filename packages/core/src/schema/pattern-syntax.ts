/** Where in the text a step may stand: `^`, `$`, `\b`, `\B`. */
export type Place = 'start' | 'end' | 'boundary' | 'inside'

export type PatternNode =
  | { readonly kind: 'take'; readonly test: (character: string) => boolean }
  | { readonly kind: 'assert'; readonly place: Place }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'either'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly part: PatternNode; readonly least: number; readonly most: number }

const mostCharacters = 1_000
const mostRepetitions = 1_000
const mostDepth = 50

/** Reads a regular expression. Throws `SyntaxError` for what is none and for what a linear matcher cannot do. */
export function parsePattern(source: string): PatternNode {
  const characters = Array.from(source)
  if (characters.length > mostCharacters) fail(`it is longer than ${mostCharacters} characters`)
  let at = 0
  let depth = 0
  const startsWith = (text: string) => characters.slice(at, at + text.length).join('') === text
  const eat = (text: string) => {
    if (!startsWith(text)) return false
    at += Array.from(text).length
    return true
  }
  /** Everything that the expression finds from here on, which is eaten. */
  const eatMatch = (expression: RegExp) => {
    const [found] = expression.exec(characters.slice(at).join('')) ?? []
    if (found !== undefined) at += Array.from(found).length
    return found
  }

  function either(): PatternNode {
    if (++depth > mostDepth) throw new SyntaxError('its groups are nested too deeply')
    const parts = [sequence()]
    while (eat('|')) parts.push(sequence())
    depth--
    return parts.length === 1 ? (parts[0] as PatternNode) : { kind: 'either', parts }
  }

  function sequence(): PatternNode {
    const parts: PatternNode[] = []
    while (at < characters.length && !startsWith('|') && !startsWith(')')) parts.push(quantified(atom()))
    return { kind: 'sequence', parts }
  }

  function quantified(part: PatternNode): PatternNode {
    const sign = eatMatch(/^(?:[*+?]|\{\d+(?:,\d*)?\})/)
    if (sign === undefined) return part
    eat('?') // Lazy or not changes what is found, not whether.
    const [least, most] = bounds(sign)
    if (least > mostRepetitions || (most !== Infinity && most > mostRepetitions))
      throw new SyntaxError(`it repeats more than ${mostRepetitions} times`)
    if (most < least) throw new SyntaxError(`${sign} is out of order`)
    return { kind: 'repeat', part, least, most }
  }

  function atom(): PatternNode {
    if (eat('^')) return { kind: 'assert', place: 'start' }
    if (eat('$')) return { kind: 'assert', place: 'end' }
    if (eat('\\b')) return { kind: 'assert', place: 'boundary' }
    if (eat('\\B')) return { kind: 'assert', place: 'inside' }
    if (eat('(')) return group()
    if (startsWith('[')) return oneOf(eatMatch(/^\[(?:[^\]\\]|\\[^])*\]/) ?? fail('a [ is never closed'))
    if (eat('.')) return oneOf('.')
    if (startsWith('\\')) return escape()
    if (/^[*+?]/.test(characters[at] as string)) fail('a quantifier has nothing to repeat')
    const wanted = characters[at++]
    return { kind: 'take', test: character => character === wanted }
  }

  function group(): PatternNode {
    const named = eatMatch(/^\?(?::|<[A-Za-z_$][\w$]*>)/)
    if (named === undefined && startsWith('?')) fail('it looks ahead or behind, or sets flags')
    const inner = either()
    return eat(')') ? inner : fail('a ( is never closed')
  }

  function escape(): PatternNode {
    if (/^\\(?:[1-9]|k<)/.test(characters.slice(at, at + 3).join(''))) fail('it refers back to a group')
    const known = eatMatch(/^\\(?:u\{[\da-f]+\}|u[\da-f]{4}|x[\da-f]{2}|c[a-z]|p\{[^}]*\}|[dDwWsSnrtvf0])/i)
    if (known !== undefined) return oneOf(known)
    const wanted = characters[at + 1] ?? fail('it ends with a \\')
    if (/[A-Za-z0-9]/.test(wanted)) fail(`\\${wanted} means nothing`)
    at += 2
    return { kind: 'take', test: character => character === wanted }
  }

  const pattern = either()
  return at === characters.length ? pattern : fail('a ) was never opened')
}

function bounds(sign: string): readonly [number, number] {
  if (sign === '*') return [0, Infinity]
  if (sign === '+') return [1, Infinity]
  if (sign === '?') return [0, 1]
  const [least = '', most] = sign.slice(1, -1).split(',')
  if (most === undefined) return [Number(least), Number(least)]
  return [Number(least), most === '' ? Infinity : Number(most)]
}

/** Built-in expressions are safe for one character, and know every class and property of Unicode. */
function oneOf(source: string): PatternNode {
  const expression = singleCharacter(source)
  return { kind: 'take', test: character => expression.test(character) }
}

function singleCharacter(source: string): RegExp {
  try {
    return new RegExp(`^${source}$`, 'u')
  } catch {
    return new RegExp(`^${source}$`)
  }
}

function fail(reason: string): never {
  throw new SyntaxError(reason)
}
