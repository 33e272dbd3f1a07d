/** Where a URL leads that none of the manifest's `hosts` allows. */
export function findForeignHost(
  text: string,
  hosts: readonly string[],
  config: Readonly<Record<string, unknown>> = {}
): string | undefined {
  const url = URL.parse(text)
  const allowed = hosts.flatMap(entry => expand(entry, config))
  return url === null || allowed.some(entry => allows(entry, url))
    ? undefined
    : `it goes to ${url.origin}, and the manifest allows ${allowed.join(', ') || 'nothing'}`
}

/** Entries over fields that are not set allow nothing. */
function expand(entry: string, config: Readonly<Record<string, unknown>>): readonly string[] {
  const names = [...entry.matchAll(/\$\{config\.(\w+)\}/g)].map(([, name = '']) => name)
  if (names.some(name => config[name] === undefined)) return []
  const host = entry.replaceAll(/\$\{config\.(\w+)\}/g, (_, name: string) => String(config[name]))
  if (host.startsWith('*.')) return [host.toLowerCase()]
  const url = URL.parse(host.includes('://') ? host : `https://${host}`)
  return url === null ? [] : [url.origin]
}

function allows(entry: string, url: URL): boolean {
  if (!entry.startsWith('*.')) return url.origin === entry
  return url.protocol === 'https:' && url.port === '' && url.hostname.endsWith(entry.slice(1))
}
