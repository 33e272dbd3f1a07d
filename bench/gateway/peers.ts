import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Ours are compared with these; none of them is a dependency. */
const dependencies = { '@portkey-ai/gateway': '1.15.2', '@musistudio/llms': '1.0.53', '@hono/node-server': '1.13.8' }

export interface Peers {
  /** The programs to start. */
  readonly portkey: string
  readonly musistudio: string
}

/** Installs the peers into `folder`; undefined where they cannot be had now. */
export function installPeers(folder: string): Peers | undefined {
  mkdirSync(folder)
  const overrides = { '@hono/node-server': dependencies['@hono/node-server'] }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies, overrides }))
  try {
    execFileSync('npm', ['install', '--fetch-retries=1', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: 'ignore',
      timeout: 180_000
    })
  } catch {
    return undefined
  }
  const modules = join(folder, 'node_modules')
  return {
    portkey: join(modules, '@portkey-ai/gateway/build/start-server.js'),
    musistudio: join(modules, '@musistudio/llms/dist/cjs/server.cjs')
  }
}
