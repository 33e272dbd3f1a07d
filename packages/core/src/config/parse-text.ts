import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type YAMLError } from 'yaml'
import { HostError, type Problem } from '../error.ts'
import { plainLayer, type Layer } from './layer.ts'
import { errorCode } from '../error-code.ts'
import { isRecord } from './record.ts'

/** Reads YAML or JSON so that the line of every value is known. `at` reads only that key of the file. Never throws. */
export function parseText(file: string, text: string, at?: string): Layer {
  const { document, lines, problems } = parse(file, text)
  if (problems.length > 0) return plainLayer(file, {}, problems)
  try {
    unmaskTexts(document)
    const start = at === undefined ? document.contents : document.get(at, true)
    const { table, twice } = collectLines(start, lines)
    const whole: unknown = document.toJS({ maxAliasCount: 100 })
    const value = (at === undefined ? whole : isRecord(whole) ? whole[at] : undefined) ?? {}
    return { file, readable: true, value, problems: twice.map(problem => ({ ...problem, file })), line: path => nearest(table, path) }
  } catch (error) {
    return plainLayer(file, {}, [{ message: `The file cannot be read: ${reasonOf(error)}.`, file }])
  }
}

/** Opens a YAML file for editing; `stringifyYaml` gives the text back. Throws `HostError` `config` for one that is broken. */
export function openYaml(file: string, text: string): Document {
  const { document, lines, problems } = parse(file, text)
  const all = [...problems, ...collectLines(document.contents, lines).twice.map(problem => ({ ...problem, file }))]
  const isMapping = document.contents === null || isMap(document.contents)
  if (!isMapping) all.push({ message: 'The file is not a mapping (key: value).', file, line: 1 })
  if (all.length > 0) throw new HostError('config', `${file} is broken and was not changed. ${all[0]?.message}`, { problems: all })
  return document
}

/** Texts with `${NAME}` are masked in the document. */
function parse(file: string, text: string) {
  const lines = new LineCounter()
  const document: Document = parseDocument(maskReferences(text.replace(/^\uFEFF/, '')), {
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
    lineCounter: lines
  })
  // Twenty are enough: a file nested too deeply gives one for every level.
  const problems = [...document.errors, ...document.warnings].slice(0, 20).map(error => explain(file, error, lines))
  return { document, lines, problems }
}

export function stringifyYaml(document: Document): string {
  return unmaskReferences(document.toString({ lineWidth: 0 }))
}

// In `{ key: ${NAME} }` YAML takes the braces for its own. They are hidden behind characters that no text holds, one for one, so that
// every position stays what it was.
function maskReferences(text: string): string {
  return text.replace(/\$\{(\w*(?::-[^{}\n]*)?)\}/g, '\uFDD0\uFDD1$1\uFDD2')
}

function unmaskTexts(document: Document): void {
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string') node.value = unmaskReferences(node.value)
    }
  })
}

function unmaskReferences(text: string): string {
  return text.replaceAll('\uFDD0\uFDD1', '${').replaceAll('\uFDD2', '}')
}

interface Lines {
  readonly table: Map<string, number>
  readonly twice: Problem[]
}

function collectLines(start: unknown, lines: LineCounter): Lines {
  const table = new Map<string, number>()
  const twice: Problem[] = []
  const lineOf = (node: unknown) => lines.linePos((node as { readonly range?: readonly number[] | null } | null)?.range?.[0] ?? 0).line
  const walk = (node: unknown, path: string): void => {
    if (isMap(node)) {
      const seen = new Map<string, number>()
      for (const { key, value } of node.items) {
        if (!isScalar(key)) continue
        const name = String(key.value)
        const below = join(path, name)
        const line = lineOf(key)
        const first = seen.get(name)
        if (first !== undefined) {
          twice.push({
            message: `${name} is written twice (first in line ${first}).`,
            line,
            path: below,
            suggestion: 'Keep one of them, or rename it.'
          })
        }
        seen.set(name, line)
        table.set(below, line)
        walk(value, below)
      }
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) {
        const below = join(path, String(index))
        table.set(below, lineOf(item))
        walk(item, below)
      }
    }
  }
  walk(start, '')
  return { table, twice }
}

function nearest(table: ReadonlyMap<string, number>, path: string): number | undefined {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const line = table.get(at)
    if (line !== undefined) return line
  }
  return undefined
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

// The parser's own words quote the file, and the file may hold a key: here are others.
function explain(file: string, error: YAMLError, lines: LineCounter): Problem {
  const { line } = lines.linePos(error.pos[0])
  return { ...(explanations[error.code] ?? { message: 'This is not valid YAML.' }), file, line }
}

const inQuotes = 'Put the value into quotation marks.'
const explanations: { readonly [Code in YAMLError['code']]?: Pick<Problem, 'message' | 'suggestion'> } = {
  BAD_DQ_ESCAPE: {
    message: 'A backslash stands before a letter that it gives no meaning.',
    suggestion: 'Write two backslashes, or use single quotes.'
  },
  BAD_INDENT: { message: 'The indentation is wrong, or a closing bracket is missing.' },
  BAD_SCALAR_START: { message: 'A value begins with a character that YAML keeps for itself.', suggestion: inQuotes },
  BLOCK_AS_IMPLICIT_KEY: { message: 'A key stands where a value should be; is the indentation right?' },
  MISSING_CHAR: { message: 'A closing quotation mark, bracket or comma is missing.' },
  MULTILINE_IMPLICIT_KEY: { message: 'A key goes on over the end of its line; is the indentation right?' },
  MULTIPLE_DOCS: { message: 'The file holds more than one document (a line of ---).', suggestion: 'Keep one.' },
  NON_STRING_KEY: { message: 'A key is not a text.', suggestion: 'Write the key as one word, or in quotation marks.' },
  RESOURCE_EXHAUSTION: { message: 'The file is nested too deeply.' },
  TAB_AS_INDENT: { message: 'A tab cannot indent YAML.', suggestion: 'Indent with spaces.' },
  TAG_RESOLVE_FAILED: { message: 'A word that begins with ! is not understood.', suggestion: inQuotes },
  UNEXPECTED_TOKEN: { message: 'Something stands here where nothing can be; is a bracket or quotation mark missing before it?' }
}

function reasonOf(error: unknown): string {
  const { name = '', message = '' } = error as { readonly name?: string; readonly message?: string }
  if (name === 'ReferenceError')
    return message.startsWith('Excessive') ? 'its aliases (*) grow too large' : 'an alias (*) has no anchor (&)'
  return name === 'RangeError' ? 'it is nested too deeply' : errorCode(error)
}
