import type { HostConfig } from './config/index.ts'
import { HostError, type Problem } from './error.ts'
import type { ProviderRegistry } from './provider-registry.ts'

/** A budget for a provider that does not exist would never limit anything. Throws `HostError` `config`. */
export function checkBudgets(config: HostConfig, registry: ProviderRegistry): void {
  const problems = config.budgets.flatMap(({ provider, model }, index) => {
    const named = { provider, model: model?.slice(0, model.indexOf('/')) }
    return Object.entries(named).flatMap(([field, name]): readonly Problem[] => {
      if (name === undefined) return []
      const { isKnown, nearest } = registry.lookUp(name)
      if (isKnown) return []
      const path = `budgets.${index}.${field}`
      const found = config.origin(path)
      const place = found?.from === 'file' ? { file: found.file, ...(found.line !== undefined && { line: found.line }) } : {}
      const suggestion = nearest === undefined ? 'Run `resoftai providers`.' : `Did you mean ${nearest}?`
      return [{ message: `There is no provider named "${name}".`, path, suggestion, ...place }]
    })
  })
  const [first] = problems
  if (first === undefined) return
  throw new HostError('config', `A budget can never limit anything: ${first.message}`, { problems, hint: first.suggestion })
}
