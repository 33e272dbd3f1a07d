import { expect } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { lookup } from 'node:dns/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rawService, type RawService } from '@resoftai/sdk/testing'
import { describedRoutes, type DescribedRoute } from './described-routes.ts'
import { watchOutside, type Outside } from './outside.ts'
import type { Served } from './support.ts'
import { answerAnything, serveWithChat } from './with-chat.ts'

/** Thousands of requests, one after the other. */
export const limitMs = 120_000
/** In a file of the machine. */
export const hidden = 'what only this machine knows'

/** A gateway on a machine with places that no client may make it ask. */
export interface Place extends AsyncDisposable {
  readonly served: Served
  readonly admin: string
  readonly routes: readonly DescribedRoute[]
  /** Waits for whoever comes. */
  readonly trap: RawService
  readonly folder: string
  /** Of what no client may name: the trap in every way to write it, the service where clouds keep credentials, and a file. */
  readonly addresses: readonly string[]
  readonly outside: Outside
  ask(route: Pick<DescribedRoute, 'method' | 'path'>, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<string>
}

export async function openPlace(): Promise<Place> {
  const served = await serveWithChat(answerAnything)
  const trap = await rawService(socket => void socket.end())
  const folder = mkdtempSync(join(tmpdir(), 'resoftai-requests-'))
  const file = join(folder, 'hidden')
  writeFileSync(file, hidden)
  const { port } = trap
  const { secret: admin } = await served.makeKey({ role: 'admin' })
  const routes = await describedRoutes(served.url)
  const outside = watchOutside()
  return {
    served,
    admin,
    routes,
    trap,
    folder,
    addresses: [
      `${trap.url}/v1`,
      `http://localhost:${port}/x`,
      `http://127.1:${port}`,
      `http://user:word@127.0.0.1:${port}/?a=b#c`,
      `//127.0.0.1:${port}/x`,
      `vendor/${trap.url}`,
      `vendor/../../@127.0.0.1:${port}/`,
      'http://169.254.169.254/latest/meta-data/',
      'http://metadata.google.internal/',
      `file://${file}`,
      file
    ],
    outside,
    async ask({ method, path }, body, headers = {}) {
      const response = await fetch(served.url + path, {
        method,
        headers: {
          authorization: `Bearer ${path.startsWith('/admin') ? admin : served.key}`,
          'content-type': 'application/json',
          ...headers
        },
        ...(body !== undefined && { body: JSON.stringify(body) })
      })
      const text = await response.text()
      // A request that makes the gateway fail would prove nothing.
      expect([method, path, response.status >= 500 && text]).toEqual([method, path, false])
      return text
    },
    async [Symbol.asyncDispose]() {
      outside[Symbol.dispose]()
      await served[Symbol.asyncDispose]()
      await trap.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** Nobody but the gateway, by these tests, and the vendor, by the gateway, was asked; and a watcher that sees nothing would not do. */
export async function expectNobodyElse({ served, trap, outside }: Place): Promise<void> {
  const known = new Set([`127.0.0.1:${served.port}`, new URL(served.service.url).host])
  expect(outside.connections().filter(place => !known.has(place))).toEqual([])
  expect([outside.names(), outside.others(), trap.connections()]).toEqual([[], 0, 0])
  await Promise.all([fetch(trap.url).catch(() => {}), lookup('localhost')])
  expect(outside.connections()).toContain(`127.0.0.1:${trap.port}`)
  expect([outside.names(), trap.connections()]).toEqual([['localhost'], 1])
}

/** Fields by which other programs are told whom to ask. */
export const fields = [
  'api_base',
  'base_url',
  'extra_body',
  'headers',
  'url',
  'image_url',
  'server_url',
  'proxy',
  'webhook',
  'callback_url',
  'mcp_servers',
  'connectors',
  'plugin',
  'tools'
]
