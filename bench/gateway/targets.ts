import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Load, type Target } from './load.ts'
import { startMeasured, type Start } from './measured.ts'

const ownProgram = (name: string) => join(import.meta.dirname, name)

export async function startUpstream(): Promise<Load> {
  const port = await freePort()
  return open({ name: 'the vendor', port, health: '/', program: ownProgram('upstream.ts'), start: { args: [port] } })
}

export async function startFloor(upstream: string): Promise<Load> {
  const port = await freePort()
  const start = { args: [port, upstream] }
  return open({ name: 'the floor', port, health: '/', program: ownProgram('floor.ts'), start })
}

/** As a newcomer starts it: a home of its own, one provider, and all else left at its default but for its `settings`. */
export async function startResoftai(upstream: string, folder: string, settings: object = {}): Promise<Load> {
  mkdirSync(folder)
  const providers = { bench: { plugin: 'openai-compatible', api_base: `${upstream}/v1`, api_key: 'sk-bench', ...settings } }
  writeFileSync(join(folder, 'resoftai.config.json'), JSON.stringify({ providers }))
  const port = await freePort()
  const command = join(import.meta.dirname, '../../cli/bin/resoftai.js')
  const start = {
    args: ['serve', '--port', port, '--json'],
    cwd: folder,
    env: { RESOFTAI_HOME: join(folder, 'home'), RESOFTAI_LANG: 'en' }
  }
  const written = /"key":\s*"([^"]+)"/
  return open({ name: 'ResoftAI', port, health: '/health', program: command, start, model: 'bench/bench-1', key: written })
}

export async function startPortkey(entry: string, upstream: string): Promise<Load> {
  const port = await freePort()
  const headers = { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${upstream}/v1`, authorization: 'Bearer sk-bench' }
  const start = { args: [`--port=${port}`, '--headless'], env: { TRUSTED_CUSTOM_HOSTS: '127.0.0.1,localhost' } }
  return open({ name: 'Portkey', port, health: '/', program: entry, start, headers })
}

export async function startMusistudio(entry: string, upstream: string): Promise<Load> {
  const port = await freePort()
  const start = { args: [entry, port, upstream] }
  return open({ name: 'musistudio', port, health: '/health', program: ownProgram('musistudio.ts'), start, model: 'bench,bench-1' })
}

interface Opening {
  readonly name: string
  readonly port: string
  /** Path that answers 200 when it serves. */
  readonly health: string
  readonly program: string
  readonly start: Start
  readonly model?: string
  readonly headers?: Target['headers']
  /** Finds the client's key in what the program writes. */
  readonly key?: RegExp
}

async function open({ name, port, health, program, start, model = 'bench-1', headers = {}, key }: Opening): Promise<Load> {
  const process = startMeasured(program, start)
  const url = `http://127.0.0.1:${port}`
  try {
    const startMs = await process.answered(url + health)
    const authorization = key && { authorization: `Bearer ${await process.wrote(key)}` }
    return new Load({ name, url, model, headers: { ...headers, ...authorization }, startMs, process })
  } catch (error) {
    await process[Symbol.asyncDispose]()
    throw error
  }
}

function freePort(): Promise<string> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(String(port)))
    })
  })
}
