import { lstatSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { globMatcher } from './glob.ts'

type PackageJson = Readonly<Record<string, unknown>>

/** Never part of a package; the last two because people keep keys in them. */
const neverTaken = [
  '.git',
  '.svn',
  '.hg',
  'CVS',
  '.DS_Store',
  '._*',
  '.*.swp',
  'npm-debug.log',
  '.npmignore',
  '.gitignore',
  'package-lock.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  '.npmrc',
  '.env',
  '.env.*'
].map(pattern => globMatcher(pattern, { anywhere: true }))

/** Taken whatever `files` says. */
const alwaysTaken = /^(?:package\.json|readme(?:\.[^/]*)?|licen[cs]e(?:\.[^/]*)?)$/i

/**
 * The files of a folder that `npm pack` would put into the package, as relative paths with `/`: by `files`, else all that `.npmignore` (or
 * `.gitignore`) leaves; bundled dependencies; never a link. `add` is called for each as it is found, and may throw to stop.
 */
export function listPackageFiles(directory: string, packageJson: PackageJson, add: (path: string) => void): void {
  const isTaken = Array.isArray(packageJson['files']) ? byFiles(packageJson['files'], packageJson) : byIgnoreFile(directory)
  const isEntered = (path: string) => !neverTaken.some(matches => matches(path))
  const isOwn = (path: string) => !/(?:^|\/)node_modules$/.test(path) && isEntered(path)
  walk(directory, '', isOwn, path => {
    if (alwaysTaken.test(path) || isTaken(path)) add(path)
  })
  for (const name of bundledDependencies(directory, packageJson)) {
    walk(directory, `node_modules/${name}`, isEntered, add)
  }
}

/** Later patterns win, and one that begins with `!` takes out again. */
function byFiles(files: readonly unknown[], { main }: PackageJson): (path: string) => boolean {
  const always = typeof main === 'string' ? [main] : []
  return byLastMatch([...files.filter(pattern => typeof pattern === 'string'), ...always], false, { anywhere: false })
}

function byIgnoreFile(directory: string): (path: string) => boolean {
  const text = ['.npmignore', '.gitignore'].map(name => readText(join(directory, name))).find(found => found !== undefined) ?? ''
  const patterns = text.split(/\r?\n/).filter(line => line.trim() !== '' && !line.startsWith('#'))
  const isIgnored = byLastMatch(patterns, false, { anywhere: true })
  return path => !isIgnored(path)
}

function byLastMatch(patterns: readonly string[], otherwise: boolean, options: { readonly anywhere: boolean }): (path: string) => boolean {
  const rules = patterns.map(pattern => ({ matches: globMatcher(pattern.replace(/^!/, ''), options), takes: !pattern.startsWith('!') }))
  return path => rules.findLast(({ matches }) => matches(path))?.takes ?? otherwise
}

function readText(file: string): string | undefined {
  const status = lstatSync(file, { throwIfNoEntry: false })
  return status?.isFile() === true && status.size < 64 * 1024 ? readFileSync(file, 'utf8') : undefined
}

/** Names of the packages under `node_modules` that come along, with what these need. */
function bundledDependencies(directory: string, packageJson: PackageJson): readonly string[] {
  const { bundleDependencies, bundledDependencies: other, dependencies } = packageJson
  const listed = bundleDependencies ?? other
  const names = listed === true ? Object.keys((dependencies as object | undefined) ?? {}) : Array.isArray(listed) ? listed : []
  const found = new Set<string>()
  const pending = names.filter(name => typeof name === 'string')
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const folder = join(directory, 'node_modules', name)
    if (found.has(name) || name.split('/').includes('..') || lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) continue
    found.add(name)
    const needs = readText(join(folder, 'package.json'))
    try {
      pending.push(...Object.keys((JSON.parse(needs ?? '{}') as { readonly dependencies?: object }).dependencies ?? {}))
    } catch {
      // The check of dependencies names what is missing.
    }
  }
  return [...found]
}

function walk(root: string, folder: string, enters: (path: string) => boolean, add: (path: string) => void): void {
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).toSorted((left, right) => (left.name < right.name ? -1 : 1))
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (!enters(path)) continue
    if (entry.isDirectory()) walk(root, path, enters, add)
    else if (entry.isFile()) add(path)
  }
}
