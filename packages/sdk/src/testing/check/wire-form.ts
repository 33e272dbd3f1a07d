import { isObject } from '../../json.ts'
import type { WireRequest } from '../../dialect.ts'
import { difference, show } from './difference.ts'

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
// eslint-disable-next-line no-control-regex -- control characters are what a header must not hold
const headerValue = /^[^\u0000-\u0008\u000A-\u001F\u007F]*$/

/** Why a request cannot be sent as it is. */
export function findMalformed(wire: unknown): string | undefined {
  if (!isObject(wire)) return `${show(wire)} is no request`
  const { method, url, headers, body, warnings = [] } = wire as Partial<WireRequest>
  if (typeof url !== 'string' || !/^https?:/.test(url) || !URL.canParse(url)) return `the URL ${show(url)} is not an absolute http(s) URL`
  if (!['GET', 'POST', undefined].includes(method)) return `the method ${show(method)} is neither GET nor POST`
  if (method === 'GET' && body !== undefined) return 'a GET with a body'
  const lost = findLost(body)
  if (lost !== undefined) return `the body is no JSON value: ${lost}`
  if (!Array.isArray(warnings) || !warnings.every(isSentence)) return `the warnings ${show(warnings)} are no list of sentences`
  return findBadHeader(headers)
}

/** What of a value does not come through JSON. */
export function findLost(value: unknown): string | undefined {
  if (value === undefined) return undefined
  const text = JSON.stringify(value)
  return text === undefined ? show(value) : difference(JSON.parse(text), value)
}

function findBadHeader(headers: unknown): string | undefined {
  if (!isObject(headers)) return 'the headers are no object'
  const seen = new Set<string>()
  for (const [name, value] of Object.entries(headers)) {
    if (!headerName.test(name) || typeof value !== 'string' || !headerValue.test(value))
      return `the header ${show(name)} cannot be sent: ${show(value)}`
    if (seen.has(name.toLowerCase())) return `the header ${show(name)} is there twice`
    seen.add(name.toLowerCase())
  }
  return undefined
}

function isSentence(warning: unknown): boolean {
  return typeof warning === 'string' && warning.trim() !== ''
}
