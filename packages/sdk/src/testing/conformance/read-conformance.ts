import { dirname, join, resolve } from 'node:path'
import type { CheckOptions, Fixture, Golden, Pair } from '../check/types.ts'
import { CaseFolder, type CaseFile, type Json } from './case-folder.ts'
import { ConformanceError } from './error.ts'
import { readManifest } from './read-manifest.ts'
import { findWrong, goldenShape, replyShape } from './shape.ts'

/**
 * The cases of a plugin's `conformance` folder: `encode/*.json` are goldens, `replies/*.json` fixtures (`body` names a file beside it with the
 * bytes of a stream, `same` the stream that holds the same reply), `config.json` the config over the manifest's defaults (`null` leaves a
 * field out, a secret too). `source`, for people, says where a case is from. The manifest in the folder above says which fields are
 * secrets, what is promised, and where requests may go. Throws `ConformanceError` with everything that is wrong.
 */
export function readConformance(folder: string): CheckOptions {
  const cases = new CaseFolder(resolve(folder))
  const names = cases.list()
  for (const name of names)
    if (!known.test(name)) cases.fail(join(folder, name), 'means nothing here: only config.json, encode and replies do')
  const config = names.includes('config.json') ? cases.readJson('config.json')?.value : undefined
  const goldens = cases.readCases('encode').filter(golden => isRight(golden, cases, findWrongGolden))
  const replies = cases.readCases('replies').filter(reply => isRight(reply, cases, findWrongReply))
  const fixtures = replies.map(reply => toFixture(reply, cases))
  const pairs = replies.flatMap(({ name, value: { same } }): Pair[] => (typeof same === 'string' ? [{ whole: name, stream: same }] : []))
  findStrays(replies, cases)
  if (cases.problems.length > 0) throw new ConformanceError(cases.problems)
  const { defaults, secrets, ...manifest } = readManifest(dirname(resolve(folder)))
  const filled = Object.entries({ ...defaults, ...config }).filter(([, value]) => value !== null)
  return {
    ...manifest,
    config: Object.fromEntries(filled),
    secrets: secrets.filter(field => config?.[field] !== null),
    goldens: goldens.map(({ name, file, value: { source: _source, ...golden } }) => ({ ...golden, name, file }) as unknown as Golden),
    fixtures,
    pairs
  }
}

const known = /^(?:config\.json|encode|replies|README.*)$/

function isRight(one: CaseFile, cases: CaseFolder, findFault: (value: Json) => string | undefined): boolean {
  const wrong = findFault(one.value)
  if (wrong !== undefined) cases.fail(one.file, wrong)
  return wrong === undefined
}

function findWrongGolden(value: Json): string | undefined {
  const wrong = findWrong(value, goldenShape)
  if (wrong !== undefined) return wrong
  const { call = 'chat', request, mode, expect } = value
  const { url, headers } = (expect ?? {}) as Json
  if (url === undefined || headers === undefined) return 'expect must have url and headers'
  if (call === 'chat' && mode === undefined) return 'mode must be stream or whole'
  if (call !== 'models' && call !== 'health' && request === undefined) return 'request is missing'
  const needed = call === 'embeddings' ? 'input' : call === 'cancel' ? undefined : 'messages'
  return needed !== undefined && request !== undefined && !Array.isArray((request as Json)[needed])
    ? `request must have a list of ${needed}`
    : undefined
}

function findWrongReply(value: Json): string | undefined {
  const wrong = findWrong(value, replyShape)
  if (wrong !== undefined) return wrong
  if (value['expect'] === undefined) return 'expect is missing'
  return 'json' in value === 'body' in value ? 'must have either json or body' : undefined
}

function toFixture({ name, file, value }: CaseFile, cases: CaseFolder): Fixture {
  const { source: _source, same: _same, body, ...rest } = value
  const bytes = typeof body === 'string' ? cases.readBytes(join('replies', body)) : undefined
  return { ...rest, name, file, ...(bytes !== undefined && { body: bytes }) } as unknown as Fixture
}

/** A file that no case names was forgotten, or its case has a typo. */
function findStrays(replies: readonly CaseFile[], cases: CaseFolder): void {
  const named = new Set(replies.map(({ value }) => value['body']))
  for (const name of cases.list('replies'))
    if (!name.endsWith('.json') && !named.has(name)) cases.fail(join('replies', name), 'no case names it')
  for (const name of cases.list('encode')) if (!name.endsWith('.json')) cases.fail(join('encode', name), 'only *.json is read')
  const streams = new Set(replies.filter(({ value }) => 'body' in value).map(({ name }) => name))
  for (const { file, value } of replies)
    if (typeof value['same'] === 'string' && !streams.has(value['same'])) cases.fail(file, 'same must name a stream beside it')
}
