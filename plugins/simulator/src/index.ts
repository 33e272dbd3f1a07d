import { defineProvider } from '@resoftai/sdk'
import { models } from './model.ts'
import { play } from './play.ts'
import { script } from './script.ts'

export type { Directives } from './directives.ts'
export { script, type SimulatorStep } from './script.ts'

/** A provider inside the process: no network, no key, equal replies for equal requests. */
export default defineProvider({
  create: () => ({
    async *chat(request, signal) {
      yield* play(script(request), signal)
    },
    models: () => models.map(id => ({ id }))
  })
})
