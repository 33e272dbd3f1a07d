import type { Context } from '../context.ts'
import type { Check } from './check.ts'

type Environment = Context['env']

const understood = /^(https?|socks5h?|socks):$/

/** The proxies that the environment puts between the host and the vendors, without the names and passwords for them. */
export function checkProxy(env: Environment, { text }: Pick<Context, 'text'>): readonly Check[] {
  const exceptions = readVariable(env, 'no_proxy')?.value
  return ['https', 'http'].flatMap((protocol): readonly Check[] => {
    const found = readVariable(env, `${protocol}_proxy`) ?? readVariable(env, 'all_proxy')
    if (found === undefined) return []
    const { variable, value } = found
    const url = URL.parse(value.includes('://') ? value : `http://${value}`)
    if (url === null || url.host === '' || !understood.test(url.protocol)) {
      const message = text('doctor.proxyBroken', { variable })
      return [{ area: 'network', status: 'warning', message, hint: text('doctor.proxyHint', { variable }) }]
    }
    const values = { protocol, proxy: `${url.protocol}//${url.host}`, variable }
    const message = exceptions === undefined ? text('doctor.proxy', values) : text('doctor.proxyExcept', { ...values, exceptions })
    return [{ area: 'network', status: 'ok', message }]
  })
}

/** Lower case wins, as in curl and in the host. */
function readVariable(env: Environment, name: string): { readonly variable: string; readonly value: string } | undefined {
  for (const variable of [name, name.toUpperCase()]) {
    const value = env[variable]?.trim() ?? ''
    if (value !== '') return { variable, value }
  }
  return undefined
}
