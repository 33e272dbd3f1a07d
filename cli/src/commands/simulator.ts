import { HostError } from '@resoftai/core'
import { numberOption } from '../numbers.ts'
import type { Run } from './spec.ts'

/** Serves the embedded simulator on loopback, until Ctrl-C. */
export const simulator: Run = async (context, input) => {
  const { output, text, interrupts } = context
  const port = numberOption(input, 'port', '--port', { least: 0, most: 65_535, integer: true }, text) ?? 0
  const { serveSimulator } = await import('@resoftai/plugin-simulator/serve')
  const service = await serveSimulator({ port }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' || error.code === 'EACCES'
      ? new HostError('busy', text('simulator.portTaken', { port }), { cause: error })
      : error
  })
  if (output.json) output.document({ url: service.url })
  output.line(service.url)
  output.remark(text('simulator.running'))
  output.remark(text('simulator.try', { url: service.url }))
  const stopped = Promise.withResolvers<void>()
  // Ctrl-C is how it is meant to end.
  interrupts.take(stopped.resolve)
  interrupts.signal.addEventListener('abort', () => stopped.resolve())
  await stopped.promise
  await service.close()
}
