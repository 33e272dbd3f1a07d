import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { firstVersion, tarballOf, variableOf, type Blueprint } from './blueprint.ts'
import { fillTemplate } from './fill-template.ts'

const templates = fileURLToPath(new URL('../../templates/', import.meta.url))

/** npm leaves a `.gitignore` out, and takes a `package.json` for one of its own. */
const renamed: ReadonlyMap<string, string> = new Map([
  ['gitignore', '.gitignore'],
  ['package.template.json', 'package.json']
])

/** Writes the files of a new plugin into a folder. Gives their paths, with `/`. */
export function writePlugin(directory: string, blueprint: Blueprint, year: number): readonly string[] {
  const values = valuesOf(blueprint, year)
  const written = ['shared', blueprint.kind].flatMap(folder =>
    listFiles(join(templates, folder)).map(path => {
      const template = readFileSync(join(templates, folder, path), 'utf8')
      const target = renamed.get(path) ?? path
      mkdirSync(dirname(join(directory, target)), { recursive: true })
      writeFileSync(join(directory, target), fillTemplate(template, values, path.endsWith('.json') ? insideJson : undefined))
      return target.replaceAll(sep, '/')
    })
  )
  return written.toSorted()
}

function valuesOf(blueprint: Blueprint, year: number): Readonly<Record<string, string>> {
  const { id, packageName, title, apiBase, author } = blueprint
  const made = { version: firstVersion, tarball: tarballOf(blueprint), variable: variableOf(blueprint), year: String(year) }
  return { id, packageName, title, apiBase, author, ...made }
}

function listFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(directory, join(entry.parentPath, entry.name)))
}

function insideJson(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}
