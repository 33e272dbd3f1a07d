import { ProviderError } from '@resoftai/sdk'
import type { Config } from './config.ts'

/** Who is asked. */
export interface Target {
  readonly kind: 'bot' | 'workflow'
  readonly id: string
}

/**
 * What a model name means: a bot's id as it is, `bot-<id>` or `workflow-<id>`, each also behind `coze/`. `bot`, the default model, and
 * `workflow` mean the one of the configuration; `bot` the workflow when only that is configured.
 */
export function readTarget(model: string, { bot_id, workflow_id }: Config): Target {
  const name = model.replace(/^coze\//, '')
  if (name === 'workflow' || (isBot(name) && bot_id === undefined && workflow_id !== undefined)) return configured('workflow', workflow_id)
  if (isBot(name)) return configured('bot', bot_id)
  const [, kind, id] = /^(bot|workflow)-(.+)$/s.exec(name) ?? []
  return { kind: kind === 'workflow' ? 'workflow' : 'bot', id: id ?? name }
}

function isBot(name: string): boolean {
  return name === '' || name === 'bot'
}

function configured(kind: Target['kind'], id: string | undefined): Target {
  if (id !== undefined) return { kind, id }
  throw new ProviderError('bad_request', `No ${kind} was named, and the provider has no ${kind}_id.`, {
    code: 'model',
    hint: `Set ${kind}_id, or name the ${kind} as the model: ${kind}-<id>.`
  })
}
