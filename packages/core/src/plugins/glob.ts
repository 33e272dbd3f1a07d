import { linearPattern } from '../schema/linear-pattern.ts'

/**
 * Whether a relative path, or a folder that it lies in, is named by a pattern of `files` or of an ignore file: `*` and `?` stay within one
 * name, `**` does not. A pattern without a slash inside is found at any depth when `anywhere`.
 */
export function globMatcher(pattern: string, { anywhere }: { readonly anywhere: boolean }): (path: string) => boolean {
  const plain = pattern.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '')
  if (plain === '' || plain === '.') return () => true
  const isFree = anywhere && !plain.includes('/') && !pattern.startsWith('/')
  try {
    const expression = linearPattern(`^${isFree ? '(?:.*/)?' : ''}${toExpression(plain)}(?:/.*)?$`)
    return path => expression.test(path)
  } catch {
    // What is no pattern is a name.
    return path => path === plain || path.startsWith(`${plain}/`)
  }
}

function toExpression(glob: string): string {
  let depth = 0
  const parts = glob.match(/\*\*\/|\*\*|\[[^\]/]+\]|\\.|[^]/g) ?? []
  const expression = parts.map(part => {
    if (part === '**/') return '(?:.*/)?'
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    if (part.length > 2 && part.startsWith('[')) return part.replace(/^\[!/, '[^')
    if (part === '{') return depth++ === 0 ? '(?:' : '\\{'
    if (part === '}' && depth > 0) return --depth === 0 ? ')' : '\\}'
    if (part === ',' && depth > 0) return '|'
    return part.startsWith('\\') ? escape(part.slice(1)) : escape(part)
  })
  return depth === 0 ? expression.join('') : escape(glob)
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
