import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { ProviderError } from '@resoftai/sdk'
import type { Environment } from '../config/home.ts'
import { makePrivateFolder, writePrivateFile } from '../config/private-file.ts'
import { HostError } from '../error.ts'
import { randomName } from '../random-name.ts'
import type { Exchange } from '../transport/index.ts'
import { createTransport } from '../transport/transport.ts'

const mostBytes = 1024 * 1024
const patienceMs = 30_000
const local = /^(?:localhost|127\.0\.0\.1|\[::1\])$/

/** Gives `work` a file with what is at the address, for as long as it runs. A redirect is not followed. */
export async function withDownload<T>(address: string, home: string, env: Environment, work: (file: string) => T): Promise<T> {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || (url.protocol !== 'https:' && !local.test(url.hostname))) {
    throw new HostError('usage', `${address} is not an https address.`, { hint: 'Without TLS anybody on the way could change the prices.' })
  }
  const text = await download(url, env)
  const file = join(home, `prices.${randomName()}.part`)
  makePrivateFolder(home)
  writePrivateFile(file, text)
  try {
    return work(file)
  } finally {
    rmSync(file, { force: true })
  }
}

async function download({ origin, pathname, search, href }: URL, env: Environment): Promise<string> {
  const transport = createTransport({ env })
  const headers = { accept: 'application/json' }
  let timer: NodeJS.Timeout | undefined
  try {
    const exchange = await transport.send({ method: 'GET', origin, path: pathname + search, headers, body: undefined, reach: 'any' })
    timer = setTimeout(() => exchange.abort(new ProviderError('timeout', `${href} took more than ${patienceMs / 1000} s.`)), patienceMs)
    const { status } = await exchange.response
    if (status !== 200) {
      const failure = new HostError('network', `${href} answered with status ${status}.`, {
        hint: 'Open the address, and name that of the list itself.'
      })
      exchange.abort(failure)
      throw failure
    }
    return await readAll(exchange, href)
  } finally {
    clearTimeout(timer)
    await transport.close()
  }
}

async function readAll(exchange: Exchange, name: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for (let chunk; (chunk = await exchange.read()) !== undefined;) {
    chunks.push(chunk)
    if ((length += chunk.length) <= mostBytes) continue
    const failure = new HostError('config', `${name} is larger than 1 MB.`)
    exchange.abort(failure)
    throw failure
  }
  return Buffer.concat(chunks).toString('utf8')
}
