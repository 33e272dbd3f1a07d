const id = /^[a-z0-9][a-z0-9-]{0,63}$/
/** The npm name of a package: lower case, at most one scope, no part that begins with a dot, an underscore or a hyphen. */
const packageName = /^(?:@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*$/
const version = /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/

/** Names of the host's own parts, of folders with a meaning, and of devices that some systems see in every folder. */
const reserved = new Set(['resoftai', 'core', 'sdk', 'agent', 'gateway', 'storage', 'cli', 'host', 'constructor', 'prototype'])
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)$/

export function isPluginId(name: string): boolean {
  return id.test(name)
}

export function isReservedId(name: string): boolean {
  return reserved.has(name) || device.test(name)
}

export function isPackageName(name: string): boolean {
  return name.length <= 214 && packageName.test(name) && !/^(?:node_modules|favicon\.ico)$/.test(name)
}

export function isVersion(text: string): boolean {
  return text.length <= 64 && version.test(text)
}
