import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { completion } from './support.ts'

interface Certificate {
  readonly key: string
  readonly cert: string
}

export type Certificates = Readonly<Record<'authority' | 'good' | 'elsewhere' | 'expired' | 'alone', Certificate>>

/** Certificates of an authority of our own, or nothing where they cannot be made. */
export function makeCertificates(): Certificates | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'resoftai-faults-'))
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const read = (name: string) => ({
    key: readFileSync(join(folder, `${name}.key`), 'utf8'),
    cert: readFileSync(join(folder, `${name}.pem`), 'utf8')
  })
  const signSelf = (name: string, subject: string) => {
    run('req', '-x509', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '1', '-subj', `/CN=${subject}`)
    return read(name)
  }
  const sign = (name: string, names: string, days: string) => {
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${names}`)
    run('req', '-new', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    const by = ['-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial', '-extfile', `${name}.ext`]
    run('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, '-days', days, ...by)
    return read(name)
  }
  try {
    return {
      authority: signSelf('authority', 'Authority of a test'),
      good: sign('good', 'IP:127.0.0.1,DNS:vendor.test', '1'),
      elsewhere: sign('elsewhere', 'DNS:elsewhere.test', '1'),
      expired: sign('expired', 'IP:127.0.0.1', '-1'),
      alone: signSelf('alone', '127.0.0.1')
    }
  } catch {
    return undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A vendor behind TLS, and what it was told. */
export async function tlsService(options: TlsOptions) {
  const body = JSON.stringify(completion('hi'))
  let heard = ''
  const sockets = new Set<Socket>()
  const server = createTlsServer(options, socket => {
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString()
      if (chunk.includes('\r\n\r\n'))
        socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    })
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard: () => heard,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    }
  }
}
