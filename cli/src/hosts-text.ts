import type { Context } from './context.ts'

/** Where a plugin may send to, for a person. */
export function hostsText(hosts: readonly string[], { text }: Pick<Context, 'text'>): string {
  const shown = hosts.map(host => {
    const field = /^\$\{config\.(\w+)\}$/.exec(host)?.[1]
    return field === undefined ? host : text('info.addressIn', { field })
  })
  return shown.length === 0 ? '–' : shown.join(', ')
}
