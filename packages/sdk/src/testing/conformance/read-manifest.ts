import { isObject } from '../../json.ts'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckOptions } from '../check/types.ts'

type Json = Readonly<Record<string, unknown>>

type FromManifest = Pick<CheckOptions, 'secretQuery' | 'hosts' | 'provides'> & {
  readonly defaults: Json
  readonly secrets: readonly string[]
}

/** What a plugin's manifest says about its cases; nothing for a folder that is no plugin. Whether it is right `plugin check` judges. */
export function readManifest(plugin: string): FromManifest {
  const { resoftai } = readObject(join(plugin, 'package.json'))
  if (typeof resoftai !== 'string') return { defaults: {}, secrets: [] }
  const { config, secretQuery, hosts, provides } = readObject(join(plugin, resoftai))
  const properties = isObject(config) && isObject(config['properties']) ? config['properties'] : {}
  const fields = Object.entries(properties).flatMap(([name, field]) => (isObject(field) ? [[name, field] as const] : []))
  return {
    defaults: Object.fromEntries(fields.flatMap(([name, field]) => (field['default'] === undefined ? [] : [[name, field['default']]]))),
    secrets: fields.filter(([, field]) => field['writeOnly'] === true).map(([name]) => name),
    ...(Array.isArray(secretQuery) && { secretQuery: secretQuery.map(String) }),
    ...(Array.isArray(hosts) && { hosts: hosts.map(String) }),
    ...(Array.isArray(provides) && { provides: provides.map(String) })
  }
}

function readObject(file: string): Json {
  const value: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  return isObject(value) ? value : {}
}
