// Makes `packed/resoftai-<version>.tgz`: one tarball that installs alone. Our own packages travel inside it as bundled dependencies,
// so that nothing but well-known packages is asked of a registry. Prints the tarball's path.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const out = join(root, 'packed')
const stage = join(out, 'resoftai')

const readJson = file => JSON.parse(readFileSync(file, 'utf8'))
const isOurs = name => name.startsWith('@resoftai/')

/** Copies what a package publishes, and returns its manifest as published: workspace versions made real, nothing for development. */
function copyPackage(from, to) {
  const { devDependencies: _development, scripts: _scripts, ...manifest } = readJson(join(from, 'package.json'))
  mkdirSync(to, { recursive: true })
  for (const file of manifest.files) {
    cpSync(join(from, file), join(to, file), { recursive: true, filter: source => !source.endsWith('.tsbuildinfo') })
  }
  for (const file of ['README.md', 'README.zh-CN.md']) if (existsSync(join(from, file))) cpSync(join(from, file), join(to, file))
  cpSync(join(root, 'LICENSE'), join(to, 'LICENSE'))
  const dependencies = Object.fromEntries(
    Object.entries(manifest.dependencies ?? {}).map(([name, version]) => [
      name,
      version.startsWith('workspace:') ? manifest.version : version
    ])
  )
  return { ...manifest, ...(Object.keys(dependencies).length > 0 && { dependencies }) }
}

/** Our packages that `folder` depends on, and theirs. */
function collectOurs(folder, found = new Map()) {
  for (const name of Object.keys(readJson(join(folder, 'package.json')).dependencies ?? {}).filter(isOurs)) {
    if (found.has(name)) continue
    const target = realpathSync(join(folder, 'node_modules', name))
    found.set(name, target)
    collectOurs(target, found)
  }
  return found
}

rmSync(out, { recursive: true, force: true })
const manifest = copyPackage(join(root, 'cli'), stage)
for (const file of ['README.md', 'README.zh-CN.md']) cpSync(join(root, file), join(stage, file))
const ours = collectOurs(join(root, 'cli'))
const dependencies = { ...manifest.dependencies }
for (const [name, folder] of ours) {
  const target = join(stage, 'node_modules', name)
  const { dependencies: needed = {}, ...inner } = copyPackage(folder, target)
  const bundled = {}
  // What is not ours is needed by `resoftai` alone. npm takes what a bundled package needs for bundled too, and makes an empty folder of it
  // wherever it cannot put it beside `resoftai`: in a global install, or where another version of it is there already.
  for (const [other, version] of Object.entries(needed)) (isOurs(other) ? bundled : dependencies)[other] = version
  writeFileSync(join(target, 'package.json'), `${JSON.stringify({ ...inner, dependencies: bundled }, null, 2)}\n`)
  dependencies[name] = inner.version
}
const published = { ...manifest, dependencies, bundleDependencies: [...ours.keys()].toSorted((a, b) => a.localeCompare(b)) }
writeFileSync(join(stage, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)

const [{ filename }] = JSON.parse(
  execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', out], { cwd: stage, encoding: 'utf8' })
)
console.log(join(out, filename))
