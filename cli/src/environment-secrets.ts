import type { Redactor } from '@resoftai/core'

const secretName = /(^|_)(api_?key|access_?key|secret_?key|token|secret|password)$/i
const shortest = 12

/** Takes what is likely to be a key out of all output, even before any configuration has been read. */
export function addEnvironmentSecrets(env: Readonly<Record<string, string | undefined>>, redactor: Redactor): void {
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value.length >= shortest && secretName.test(name)) redactor.add(value)
  }
}
