import { createRequire } from 'node:module'
import { isRecord } from '../config/record.ts'
import type { Problem } from '../error.ts'
import { hostApiVersion } from './host-api.ts'

const require = createRequire(import.meta.url)

export interface EngineProblems {
  /** What is wrong with the ranges themselves. */
  readonly broken: readonly Problem[]
  /** Versions that are not the wanted ones. */
  readonly incompatible: readonly Problem[]
}

/** Judges `engines` of a package.json against this host and this Node. */
export function judgeEngines(engines: unknown, file: string): EngineProblems {
  const wanted: { readonly resoftai?: unknown; readonly node?: unknown } = isRecord(engines) ? engines : {}
  const broken: Problem[] = []
  const incompatible: Problem[] = []
  const judge = (name: 'resoftai' | 'node', range: unknown, version: string, message: (range: string) => string, suggestion: string) => {
    const fits = typeof range === 'string' ? satisfies(version, range) : undefined
    if (typeof range !== 'string' || fits === undefined) {
      broken.push({
        message: `engines.${name} must be a version range.`,
        file,
        path: `engines.${name}`,
        suggestion: `Write "^${version}".`
      })
    } else if (!fits) incompatible.push({ message: message(range), file, path: `engines.${name}`, suggestion })
  }
  judge(
    'resoftai',
    wanted.resoftai,
    hostApiVersion,
    range => `It needs the host API ${range}, but this host has ${hostApiVersion}.`,
    'Update resoftai, or install a version of the plugin for this host.'
  )
  const { node } = process.versions
  if (wanted.node !== undefined) {
    judge('node', wanted.node, node, range => `It needs Node ${range}, but this is Node ${node}.`, 'Run resoftai on such a Node version.')
  }
  return { broken, incompatible }
}

/** `undefined` when it is no range. */
function satisfies(version: string, range: string): boolean | undefined {
  const simple = satisfiesSimply(version, range)
  if (simple !== undefined) return simple
  // Loaded for ranges that are not plain: it costs more than reading ten manifests.
  const semver = require('semver/functions/satisfies.js') as typeof import('semver/functions/satisfies.js')
  const validRange = require('semver/ranges/valid.js') as typeof import('semver/ranges/valid.js')
  return range.length > 200 || validRange(range) === null ? undefined : semver(version, range, { includePrerelease: true })
}

/** `>=1.2`, `>=1.2.3` and `^1.2.3` for a version that is no pre-release; `undefined` for everything else. */
function satisfiesSimply(version: string, range: string): boolean | undefined {
  const [, sign, ...least] = /^(>=|\^)([1-9]\d{0,5})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?$/.exec(range) ?? []
  const [, ...own] = /^(\d+)\.(\d+)\.(\d+)$/.exec(version) ?? []
  if (sign === undefined || own.length === 0) return undefined
  const wanted = least.map(part => Number(part ?? 0))
  if (sign === '^' && Number(own[0]) !== wanted[0]) return false
  const at = wanted.findIndex((part, index) => part !== Number(own[index]))
  return at === -1 || Number(own[at]) > (wanted[at] ?? 0)
}
