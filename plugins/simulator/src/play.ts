import { ProviderError, type ChatEvent } from '@resoftai/sdk'
import { faults } from './fault.ts'
import type { SimulatorStep } from './script.ts'

/** Acts a script out, as fast as it is read. */
export async function* play(steps: readonly SimulatorStep[], signal: AbortSignal): AsyncGenerator<ChatEvent, void, undefined> {
  for (const step of steps) {
    if (signal.aborted) throw cancelled()
    if (step.type === 'event') yield step.event
    else if (step.type === 'wait') await wait(step.ms, signal)
    else {
      const { effect } = faults[step.fault]
      if (effect === 'end') return
      if (effect === 'stall') await wait(Infinity, signal)
      else if (effect !== 'none') throw new ProviderError(effect, `Simulated fault: ${step.fault}.`, { code: 'simulated' })
    }
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = Number.isFinite(ms) ? setTimeout(finish, ms) : undefined
    signal.addEventListener('abort', stop, { once: true })
    function finish(): void {
      signal.removeEventListener('abort', stop)
      resolve()
    }
    function stop(): void {
      clearTimeout(timer)
      reject(cancelled())
    }
  })
}

function cancelled(): ProviderError {
  return new ProviderError('cancelled', 'The simulated reply is no longer wanted.')
}
