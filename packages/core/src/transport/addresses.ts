import { BlockList, isIP } from 'node:net'
import { ProviderError } from '@resoftai/sdk'

/**
 * Where a connection may lead. `public`: the internet. `private`: this machine and its networks too. `any`: the address itself was
 * written down by whoever configured the provider, so there is nothing to judge.
 */
export type Reach = 'public' | 'private' | 'any'

const loopback = blockList('127.0.0.0/8', '::1/128')

// 198.18.0.0/15 is missing on purpose: local proxies in wide use answer every name with an address of it.
const networks = blockList('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '192.0.0.0/24', 'fc00::/7', 'fec0::/10')

/** What no name may ever lead to: this link, its metadata services, and what is no host at all. */
const forbidden = blockList(
  '169.254.0.0/16',
  'fe80::/10',
  // Metadata services of clouds that lie elsewhere.
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  '0.0.0.0/8',
  '224.0.0.0/4',
  '240.0.0.0/4',
  'ff00::/8',
  // Unspecified, and old ways to write an IPv4 address inside of IPv6.
  '::/96',
  '2001::/32',
  '2002::/16'
)

/** True when `host`, a name, may be connected to at this address. */
export function mayConnect(host: string, address: string, reach: Reach): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (loopback.check(address, family)) return reach !== 'public'
  if (isLocalhost(host) || forbidden.check(address, family)) return false
  return reach !== 'public' || !networks.check(address, family)
}

/** Throws when `host` is written as an address that may not be connected to. A name is judged when it is resolved. */
export function checkLiteral(host: string, reach: Reach): void {
  const address = host.replace(/^\[|\]$/g, '')
  if (isIP(address) !== 0 && reach !== 'any' && !mayConnect('', address, reach)) throw forbiddenAddress(host, [], reach)
}

/** For a name, `found` is what it resolves to. */
export function forbiddenAddress(host: string, found: readonly { readonly address: string }[], reach: Reach): ProviderError {
  const where = found.length === 0 ? '' : ` (${found.map(({ address }) => address).join(', ')})`
  return new ProviderError('permission', `${host}${where} is not on the public internet, and this provider may not connect to it.`, {
    code: 'private_address',
    hint:
      reach === 'public'
        ? 'Set `private_network: true` for this provider if that is meant.'
        : 'Such an address is only used when api_base names it itself.'
  })
}

/** RFC 6761: these names never mean another machine. */
function isLocalhost(host: string): boolean {
  return /(^|\.)localhost\.?$/i.test(host)
}

/** An IPv4 network holds in its IPv6 forms too: the mapped one by itself, the one of NAT64 (RFC 6052) by a rule of its own. */
function blockList(...subnets: readonly string[]): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/')
    if (isIP(network) === 6) list.addSubnet(network, Number(prefix), 'ipv6')
    else {
      list.addSubnet(network, Number(prefix), 'ipv4')
      list.addSubnet(`64:ff9b::${network}`, 96 + Number(prefix), 'ipv6')
    }
  }
  return list
}
