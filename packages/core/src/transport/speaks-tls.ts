import type { Connector } from './connector.ts'

/** True when what listens at an `http:` origin wants TLS: many such servers close the connection without a word of why. */
export function speaksTls(connect: Connector, origin: string): Promise<boolean> {
  const { host, hostname, port } = new URL(origin)
  const target = { protocol: 'https:', host, hostname: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? '80' : port }
  return new Promise(resolve => {
    connect(target, (error, socket) => {
      socket?.destroy()
      resolve(error === null || isFromTls(error))
    })
  })
}

/** It is refused for its certificate, or refuses us, but it is TLS. */
function isFromTls({ code }: Error & { readonly code?: unknown }): boolean {
  return /^(CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_TLS_CERT|ERR_SSL_\w*ALERT)/.test(String(code))
}
