import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { median, printTable } from './table.ts'

const rounds = 21
const root = resolve(import.meta.dirname, '..')
const command = join(root, 'cli/bin/resoftai.js')

/** A home with 50 installed plugins, each a copy of the simulator under a name of its own. */
function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'resoftai-bench-'))
  const source = join(root, 'plugins/simulator')
  for (let index = 0; index < 50; index++) {
    const id = `bench-${index}`
    const folder = join(home, 'source', id)
    mkdirSync(folder, { recursive: true })
    for (const file of ['package.json', 'resoftai.plugin.json', 'dist']) cpSync(join(source, file), join(folder, file), { recursive: true })
    const edit = (file: string, change: (value: Record<string, unknown>) => void) => {
      const value = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>
      change(value)
      writeFileSync(join(folder, file), JSON.stringify(value))
    }
    edit('package.json', value => (value['name'] = `@bench/${id}`))
    edit('resoftai.plugin.json', value => (value['id'] = id))
    execFileSync(process.execPath, [command, 'plugin', 'install', folder], {
      env: { ...process.env, RESOFTAI_HOME: home },
      stdio: 'ignore'
    })
  }
  return home
}

export async function measureStart(): Promise<void> {
  const home = makeHome()
  const env = { ...process.env, RESOFTAI_HOME: home, RESOFTAI_LANG: 'en' }
  const door = join(root, 'cli/dist/index.js')
  const variants: Record<string, readonly string[]> = {
    'node -e 0': ['-e', '0'],
    'resoftai --version': [command, '--version'],
    'resoftai plugin list (50 plugins)': [command, 'plugin', 'list']
  }
  const times: Record<string, number[]> = {}
  for (let round = 0; round < rounds; round++) {
    for (const [name, args] of Object.entries(variants)) {
      const started = performance.now()
      execFileSync(process.execPath, args, { env, cwd: home, stdio: 'ignore' })
      ;(times[name] ??= []).push(performance.now() - started)
    }
  }
  const bars: Record<string, string> = { 'resoftai --version': 'at most 1.6×', 'resoftai plugin list (50 plugins)': 'at most 3×' }
  const floor = median(times['node -e 0'] ?? [])
  printTable(
    'Start of the command: wall time',
    Object.entries(times).map(([what, values]) => ({
      what,
      value: median(values),
      unit: 'ms',
      ratio: median(values) / floor,
      ...(bars[what] !== undefined && { bar: bars[what] })
    }))
  )

  const measureImport = (code: string) =>
    JSON.parse(
      execFileSync(
        process.execPath,
        ['--input-type=module', '-e', `${code}; console.log(JSON.stringify([performance.now() - t, process.memoryUsage().rss / 1e6]))`],
        { encoding: 'utf8' }
      )
    ) as [number, number]
  const importing = Array.from({ length: rounds }, () =>
    measureImport(`const t = performance.now(); await import(${JSON.stringify(door)})`)
  )
  const bare = Array.from({ length: rounds }, () => measureImport('const t = performance.now()'))
  printTable('Import of the library door over bare Node', [
    { what: 'time', value: median(importing.map(([ms]) => ms)) - median(bare.map(([ms]) => ms)), unit: 'ms', bar: 'at most 80 ms' },
    { what: 'memory', value: median(importing.map(([, mb]) => mb)) - median(bare.map(([, mb]) => mb)), unit: 'MB', bar: 'at most 20 MB' }
  ])
  rmSync(home, { recursive: true, force: true })
}
