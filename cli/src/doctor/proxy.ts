import { readProxies } from '@resoftai/core'
import type { Context } from '../context.ts'
import type { Check } from './check.ts'

/** The proxies that the environment puts between the host and the vendors, without the names and passwords for them. */
export function checkProxy(env: Context['env'], { text }: Pick<Context, 'text'>): readonly Check[] {
  const { settings, exceptions } = readProxies(env)
  return settings.map(({ protocol, variable, proxy }): Check => {
    if (proxy === undefined) {
      const message = text('doctor.proxyBroken', { variable })
      return { area: 'network', status: 'warning', message, hint: text('doctor.proxyHint', { variable }) }
    }
    const values = { protocol, proxy: proxy.address, variable }
    const message = exceptions === '' ? text('doctor.proxy', values) : text('doctor.proxyExcept', { ...values, exceptions })
    return { area: 'network', status: 'ok', message }
  })
}
