import { HostError, type FoundPlugin, type Resolution } from '@resoftai/core'
import type { Input } from '../commands/spec.ts'
import type { Context } from '../context.ts'
import type { Setup } from '../setup.ts'
import { askFields } from './ask-fields.ts'
import { askPreset } from './ask.ts'
import { defaultName, draftEntry, draftSecrets, newEntry, type Draft } from './draft.ts'
import { readOptions } from './read-options.ts'

/** What was written where. */
export interface Configured {
  readonly provider: string
  readonly plugin: string
  readonly preset: string | undefined
  readonly file: string
  readonly store: string
  /** Names of the fields. */
  readonly values: readonly string[]
  readonly secrets: readonly string[]
}

/** Options, then questions where there is a person, then one check of everything; only then anything is written. */
export async function configurePlugin(context: Context, input: Input, setup: Setup, plugin: FoundPlugin): Promise<Configured> {
  const core = await import('@resoftai/core')
  const { config, home, secrets } = setup
  const bare = ['preset', 'name', 'secretStdin'].every(option => input.value(option) === undefined) && input.values('set').length === 0
  const prompts =
    context.interactive && input.value('secretStdin') === undefined
      ? (await import('../prompts/prompts.ts')).openPrompts(context)
      : undefined

  const preset = input.value('preset') ?? (bare && prompts !== undefined ? await askPreset(prompts, plugin, context) : undefined)
  const name = input.value('name') ?? defaultName(plugin, preset)
  if (!/^[A-Za-z0-9][\w-]{0,63}$/.test(name)) throw new HostError('usage', context.text('configure.badName'))
  const draft: Draft = { plugin, name, preset, values: {}, secrets: new Map() }
  await readOptions(context, input, draft)

  const resolve = (): Promise<Resolution> =>
    core.resolveProvider({
      name,
      entry: draftEntry(draft, config.providers[name]),
      manifest: plugin.manifest,
      manifestFile: plugin.manifestFile,
      config,
      secrets: draftSecrets(draft, secrets)
    })

  if (prompts !== undefined) await askFields({ draft, setup, resolve, prompts, context, everything: bare })
  const resolution = await resolve()
  if (!resolution.ok) {
    throw new HostError('config', context.text('configure.incomplete', { name }), {
      problems: resolution.problems,
      hint: incompleteHint(context, plugin, preset)
    })
  }
  for (const [field, secret] of draft.secrets) secrets.set(name, field, secret)
  await core.setProviderConfig(home.configFile, name, newEntry(draft))
  return {
    provider: name,
    plugin: plugin.id,
    preset,
    file: home.configFile,
    store: secrets.place,
    values: Object.keys(draft.values),
    secrets: [...draft.secrets.keys()]
  }
}

function incompleteHint({ text, interactive }: Context, { id }: FoundPlugin, preset: string | undefined): string {
  const command = `resoftai plugin config ${id}${preset === undefined ? '' : ` --preset ${preset}`}`
  return text(interactive ? 'configure.againHint' : 'configure.noTerminalHint', { command })
}
